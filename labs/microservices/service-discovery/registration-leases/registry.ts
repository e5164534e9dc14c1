// The registry: keys in etcd, over its JSON interface. A key that hangs on a lease goes with it.

const PREFIX = "instances/";

export class Registry {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** Puts an instance on the list, for as long as the lease lives, if there is one. */
  async add({ name, lease }: { name: string; lease?: string }): Promise<void> {
    await this.#ask("kv/put", { key: btoa(PREFIX + name), lease });
  }

  async remove(name: string): Promise<void> {
    await this.#ask("kv/deleterange", { key: btoa(PREFIX + name) });
  }

  /** The names of all instances that are on the list. */
  async list(): Promise<Set<string>> {
    const end = `${PREFIX.slice(0, -1)}0`; // the first text behind all that begin with the prefix
    const { kvs = [] } = await this.#ask("kv/range", { key: btoa(PREFIX), range_end: btoa(end) });
    return new Set(kvs.map(({ key }: { key: string }) => atob(key).slice(PREFIX.length)));
  }

  /** Makes a lease of whole seconds and returns its id. */
  async lease(seconds: number): Promise<string> {
    return (await this.#ask("lease/grant", { TTL: seconds })).ID;
  }

  async keepAlive(lease: string): Promise<void> {
    await this.#ask("lease/keepalive", { ID: lease });
  }

  /** How many times etcd was asked to keep a lease alive, by its own count. */
  async keepAlives(): Promise<number> {
    const page = await (await fetch(`${this.#url}/metrics`)).text();
    const line = /^grpc_server_msg_received_total\{.*"LeaseKeepAlive".*\} (\d+)$/m.exec(page);
    return Number(line?.[1] ?? 0);
  }

  async #ask(path: string, question: object) {
    const answer = await fetch(`${this.#url}/v3/${path}`, {
      method: "POST",
      body: JSON.stringify(question),
    });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return answer.json();
  }
}
