// The page that a phone is, and the server over which two of them find each other.

import { createServer } from "node:http";
import { gate } from "#kit";
import { webSockets } from "#patterns/web-sockets";

/** What one side knows when it has to decide. */
export interface Side {
  /** True for one of the two: the ids of the users say which. */
  readonly isFirst: boolean;
  /** True when an offer of its own is under way. */
  readonly isCollision: boolean;
}

/** How a side negotiates. Both functions run in the page. */
export interface Policy {
  /** Whether it sends an offer when it has something new to send. */
  readonly mayOffer: (side: Side) => boolean;
  /** Whether it takes up an offer that has come, and withdraws its own. */
  readonly takesOffer: (side: Side) => boolean;
}

/** The page says what happens to it with tell(), which the lab puts into it. */
const page = ({ mayOffer, takesOffer }: Policy) => `<!doctype html><script type="module">
  const mayOffer = ${mayOffer};
  const takesOffer = ${takesOffer};
  const connection = new RTCPeerConnection();
  const server = new WebSocket(location.origin.replace("http", "ws"));
  const send = (message) => server.send(JSON.stringify(message));
  const side = () => ({
    isFirst: location.hash === "#first",
    isCollision: isOffering || connection.signalingState !== "stable",
  });

  let isOffering = false;
  connection.onnegotiationneeded = async () => {
    if (!mayOffer(side())) return tell("silent");
    isOffering = true;
    await connection.setLocalDescription();
    isOffering = false;
    send(connection.localDescription);
    tell("offered");
  };

  async function take({ type, sdp, candidate }) {
    if (candidate) return early.push(candidate);
    if (type === "offer" && side().isCollision) {
      if (!takesOffer(side())) return;
      tell("withdrawn");
    }
    await connection.setRemoteDescription({ type, sdp }); // rolls back an offer of its own
    if (type !== "offer") return;
    await connection.setLocalDescription();
    send(connection.localDescription);
  }

  // Candidates wait for the description that they belong to; those of an offer that came to nothing
  // belong to none, and are refused.
  const early = [];
  async function takeCandidates() {
    if (!connection.remoteDescription) return;
    for (const candidate of early.splice(0)) {
      await connection.addIceCandidate(candidate).catch(() => {});
    }
  }

  let before = Promise.resolve(); // messages are taken one after the other
  server.onmessage = ({ data }) => {
    before = before.then(() => take(JSON.parse(data))).then(takeCandidates);
    before = before.catch(() => tell("refused"));
  };
  connection.onicecandidate = ({ candidate }) => candidate && send({ candidate });
  connection.ontrack = ({ track }) => {
    const video = document.createElement("video");
    video.srcObject = new MediaStream([track]);
    video.requestVideoFrameCallback(() => tell("pictures"));
    video.muted = true;
    void video.play();
  };

  window.addCamera = async (width) => {
    const camera = await navigator.mediaDevices.getUserMedia({ video: { width } });
    connection.addTrack(camera.getVideoTracks()[0], camera);
  };
  server.onopen = () => tell("ready");
</script>`;

/** Serves the page, and passes on what one of two phones says to the other, once it is let. */
export async function openSignalling(policy: Policy) {
  const delivery = gate();
  let descriptions = 0;
  const pages = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end(page(policy));
  });
  const open = await webSockets(pages);
  open.server.on("connection", (socket) => {
    socket.on("message", async (data) => {
      const message = String(data);
      if ("type" in JSON.parse(message)) descriptions += 1;
      await delivery.pass();
      for (const other of open.server.clients) if (other !== socket) other.send(message);
    });
  });
  return Object.assign(open, { deliver: delivery.open, descriptions: () => descriptions });
}
