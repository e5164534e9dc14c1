# Waits until the runner is gone, however it went, and then ends what it left.
# usage: sh watchdog.sh RUN_FOLDER NODE SWEEP_SCRIPT
trap '' HUP INT TERM
cat > /dev/null # ends when the runner and all launchers have closed the other end
[ -d "$1" ] && exec "$2" "$3" "$1"
exit 0
