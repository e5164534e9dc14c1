# Runs a program that the watchdog knows of before it exists.
# usage: sh register.sh OWNER_FILE PROGRAM ARGUMENT...
# Descriptor 3 keeps the watchdog waiting, 4 is the run's registry. Both are closed before the
# program starts, so the watchdog cannot miss a line: it hears of the runner's end only after this.
owner=$1
shift
if [ -r "/proc/$$/stat" ]; then
  read -r started < "/proc/$$/stat"
else
  started=$(ps -o lstart= -p $$)
fi
printf '%s\t%s\t%s\n' "$$" "$1" "$started" >&4
# Where the watchdog was killed too, the next start sweeps, and may be reading the registry now. It
# takes the owner's file away before: whoever still finds it here was written in time to be read.
[ -e "$owner" ] || exit 1
exec 3>&- 4>&-
exec "$@"
