// An order passes a gateway, a new service and an old one. Each of them makes a span, and the spans
// are one trace only if each service hands its context to the next in a header that the next one
// can read. The new ones speak W3C trace context, the old one B3. And the gateway reads the headers
// of anybody on the internet: is a stranger's trace to be continued?

import type { TextMapPropagator } from "@opentelemetry/api";
import { trace } from "@opentelemetry/api";
import { CompositePropagator, W3CTraceContextPropagator } from "@opentelemetry/core";
import { B3Propagator } from "@opentelemetry/propagator-b3";
import { lab, repeat, sum } from "#kit";
import { nginx } from "#services/nginx";
import { openService, type Start } from "./service.ts";

/** How the gateway and the new service hand on context, and how the gateway begins. */
interface Tracing {
  readonly propagator: TextMapPropagator;
  readonly atTheEdge: Start;
}

const goOn: Start = (tracer, incoming) => tracer.startSpan("order", {}, incoming);

const beginAnew: Start = (tracer, incoming) => {
  const context = trace.getSpanContext(incoming);
  const options = {
    links: context ? [{ context }] : [],
    root: true, // matters: A stranger cannot switch recording on with his own header
  };
  return tracer.startSpan("order", options, incoming);
};

const nothing = new CompositePropagator({ propagators: [] });

const w3c = new W3CTraceContextPropagator();

const w3cAndB3 = new CompositePropagator({
  propagators: [
    new W3CTraceContextPropagator(),
    new B3Propagator(), // matters: All three services of one order are in one trace
  ],
});

const arms: Record<"none" | "w3c" | "composite" | "composite-edge", Tracing> = {
  none: { propagator: nothing, atTheEdge: goOn },
  w3c: { propagator: w3c, atTheEdge: goOn },
  composite: { propagator: w3cAndB3, atTheEdge: goOn },
  "composite-edge": { propagator: w3cAndB3, atTheEdge: beginAnew },
};

export default lab({
  title: "One order, one trace, three services",
  question:
    "A new service speaks W3C trace context and an old one only B3: is it still one trace, and may a stranger continue it?",
  services: { nginx },
  knobs: { orders: 100, samplePercent: { value: 5, from: 0, to: 100 } },
  arms,

  async trial({ propagator, atTheEdge }, { nginx, knobs: { orders, samplePercent } }) {
    await using old = await openService({
      ...{ propagator: new B3Propagator(), start: goOn, samplePercent },
    });
    await using young = await openService({
      ...{ propagator, start: goOn, samplePercent, next: old.url },
    });
    await nginx.configure(
      ({ listen }) => `server { listen ${listen}; location / { proxy_pass ${young.url}; } }`,
    );
    await using gateway = await openService({
      ...{ propagator, start: atTheEdge, samplePercent, next: nginx.url },
    });

    const strangersTrace = "c0ffee".padEnd(32, "0");
    const flagged = { traceparent: `00-${strangersTrace}-${"1".repeat(16)}-01` };
    await repeat(orders, async (order) => {
      const headers = order % 2 === 0 ? {} : flagged;
      await (await fetch(gateway.url, { headers })).arrayBuffer();
    });

    const hops = [gateway, young, old].map(({ handled }) => handled);
    const traces = gateway.handled.map(
      (_, order) => new Set(hops.map((handled) => handled[order]?.traceId)).size,
    );
    const behindTheGateway = [...young.handled, ...old.handled];
    return {
      tracesPerOrder: sum(traces) / orders,
      recordedByStrangers: gateway.handled.filter(
        ({ traceId, isRecorded }) => isRecorded && traceId === strangersTrace,
      ).length,
      bytesPerHop: Math.max(...behindTheGateway.map(({ contextBytes }) => contextBytes)),
    };
  },

  claims: {
    "All three services of one order are in one trace": {
      holds: (found) => found.tracesPerOrder === 1,
      brokenBy: ["none", "w3c"],
    },
    "A stranger cannot switch recording on with his own header": {
      holds: (found) => found.recordedByStrangers === 0,
      brokenBy: ["w3c", "composite"],
    },
    "A hop carries fewer than 100 bytes of context": {
      holds: (found) => found.bytesPerHop < 100,
      brokenBy: ["composite", "composite-edge"],
    },
  },

  measures: {
    "traces per order": (found) => found.tracesPerOrder,
    "orders recorded because a stranger said so": (found) => found.recordedByStrangers,
    "header bytes per hop": { unit: "bytes", of: (found) => found.bytesPerHop },
  },
});
