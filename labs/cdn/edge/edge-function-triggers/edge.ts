// An edge of a CDN: a cache, and a function that stands before it or behind it. It is a Worker; the
// function takes the event of Lambda@Edge and returns the request, as it would be deployed there.

/** What workerd brings and Node does not: its cache, with an address for a key. */
declare const caches: {
  readonly default: {
    match(url: string): Promise<Response | undefined>;
    put(url: string, page: Response): Promise<void>;
  };
};

interface Bindings {
  readonly ORIGIN: string;
  readonly HAS_FUNCTION: boolean;
  readonly BEFORE_THE_CACHE?: boolean;
}

/** As much of a request as the function has a use for, in the form of Lambda@Edge. */
interface EdgeRequest {
  readonly method: string;
  readonly uri: string;
  readonly querystring: string;
  readonly headers: Readonly<Record<string, readonly { key: string; value: string }[]>>;
}

interface EdgeEvent {
  readonly Records: readonly [{ readonly cf: { readonly request: EdgeRequest } }];
}

/** Puts the group from the visitor's cookie into the query, where the origin will look for it. */
function chooseGroup(event: EdgeEvent): EdgeRequest {
  const { request } = event.Records[0].cf;
  const cookie = request.headers.cookie?.[0]?.value ?? "";
  const group = /group=(\w+)/.exec(cookie)?.[1];
  return { ...request, querystring: `group=${group}` };
}

/** Runs the function for a URL and a cookie; returns the URL that it wants. */
function run(url: string, cookie: string): string {
  const { pathname: uri, search } = new URL(url);
  const headers = { cookie: [{ key: "Cookie", value: cookie }] };
  const request = { method: "GET", uri, querystring: search.slice(1), headers };
  const wanted = chooseGroup({ Records: [{ cf: { request } }] });
  return new URL(`${wanted.uri}?${wanted.querystring}`, url).href;
}

export default {
  async fetch(request: Request, { ORIGIN, HAS_FUNCTION, BEFORE_THE_CACHE }: Bindings) {
    const cookie = request.headers.get("cookie") ?? "";
    let [url, runs] = [request.url, 0];
    const answer = ({ body }: Response, cache: "hit" | "miss") =>
      new Response(body, { headers: { cache, runs: String(runs) } });

    if (HAS_FUNCTION && BEFORE_THE_CACHE) {
      url = run(url, cookie);
      runs += 1;
    }
    const kept = await caches.default.match(url); // the key is the URL alone
    if (kept) return answer(kept, "hit");
    const key = url;
    if (HAS_FUNCTION && !BEFORE_THE_CACHE) {
      url = run(url, cookie);
      runs += 1;
    }
    const { pathname, search } = new URL(url);
    const page = await fetch(ORIGIN + pathname + search, { headers: { cookie } });
    await caches.default.put(key, page.clone()); // keeps nothing that is private
    return answer(page, "miss");
  },
};
