// What the server serves. A tab tells which events it hears, and that it has loaded, with tell(),
// which the lab puts into it.

const page = (source: string) => `<!doctype html><title>A tab</title><script type="module">
  const source = ${source};
  await new Promise((heard) => {
    source.onmessage = ({ data }) => heard(tell(data));
  });
  await (await fetch("/ordinary")).text();
  tell("loaded");
</script>`;

/** Each tab has a stream of its own. */
export const streamPerTab = { "/": page(`new EventSource("/events")`) };

/** One stream in a worker, which all tabs of an origin share and which tells them of the events. */
export const streamInWorker = {
  "/": page(`new SharedWorker("/worker.js").port`),
  "/worker.js": `
    const events = new EventSource("/events");
    const tabs = [];
    let latest;
    onconnect = ({ ports: [tab] }) => {
      tabs.push(tab);
      if (latest) tab.postMessage(latest);
    };
    events.onmessage = ({ data }) => {
      latest = data;
      for (const tab of tabs) tab.postMessage(data);
    };
  `,
};
