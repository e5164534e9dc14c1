// A service that makes one span for each request, and hands its context on to the service behind it.

import { createServer, type IncomingHttpHeaders } from "node:http";
import {
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  type Span,
  type TextMapPropagator,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import {
  NodeTracerProvider,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace-node";
import { listening } from "#patterns/listening";

/** Starts the span of a request that came with this context. */
export type Start = (tracer: Tracer, incoming: Context) => Span;

export interface ServiceOptions {
  readonly propagator: TextMapPropagator;
  readonly start: Start;
  /** Which share of the traces that begin here is recorded. */
  readonly samplePercent: number;
  /** The address of the service behind it. */
  readonly next?: string;
}

/** What a service knows of one request. */
export interface Handled {
  readonly traceId: string;
  readonly isRecorded: boolean;
  /** The bytes of the headers that bring context, as lines. */
  readonly contextBytes: number;
}

/** The headers of the two formats. */
const CONTEXT = /^(traceparent|tracestate|b3|x-b3-.*)$/;

/** Opens a service. It answers when the service behind it has answered. */
export async function openService({ propagator, start, samplePercent, next }: ServiceOptions) {
  const root = new TraceIdRatioBasedSampler(samplePercent / 100);
  const provider = new NodeTracerProvider({ sampler: new ParentBasedSampler({ root }) });
  const tracer = provider.getTracer("orders");
  const handled: Handled[] = [];
  const server = createServer(async ({ headers }, response) => {
    const incoming = propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
    const span = start(tracer, incoming);
    const isRecorded = span.isRecording();
    handled.push({
      ...{ traceId: span.spanContext().traceId, isRecorded },
      contextBytes: contextBytesOf(headers),
    });
    if (next) {
      const outgoing: Record<string, string> = {};
      propagator.inject(trace.setSpan(incoming, span), outgoing, defaultTextMapSetter);
      await (await fetch(next, { headers: outgoing })).arrayBuffer();
    }
    span.end();
    response.end();
  });
  return Object.assign(await listening(server), { handled });
}

function contextBytesOf(headers: IncomingHttpHeaders): number {
  const lines = Object.entries(headers)
    .filter(([name]) => CONTEXT.test(name))
    .map(([name, value]) => `${name}: ${value}\r\n`);
  return lines.join("").length;
}
