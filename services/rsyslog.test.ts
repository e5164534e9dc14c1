import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, test } from "node:test";
import { until } from "#kit";
import { stand } from "../test/contract/stand.ts";
import { lacking } from "../test/lacking.ts";
import { rsyslog } from "./rsyslog.ts";

describe("rsyslog", { skip: await lacking(rsyslog) }, () => {
  test("one hands on to another over RELP what it gets over TCP", async () => {
    await using central = await stand(rsyslog);
    await using sender = await stand(rsyslog);
    await central.face.configure(
      ({ host, ports }) => `
        ruleset(name="store") { action(type="omfile" file="store.log") }
        input(type="imrelp" address="${host}" port="${ports.relp}" ruleset="store")`,
    );
    const { host, ports } = central.face.nodes.rsyslog!;
    await sender.face.configure(
      (here) => `
        module(load="imtcp") module(load="omrelp")
        ruleset(name="pass") { action(type="omrelp" target="${host}" port="${ports.relp}") }
        input(type="imtcp" address="${here.host}" port="${here.ports.tcp}" ruleset="pass")`,
    );
    const { ports: own } = sender.face.nodes.rsyslog!;
    const socket = connect(own.tcp!, host);
    socket.end("<14>Jan  1 00:00:00 lab app: hello\n");
    await once(socket, "close");
    await until("the line", async () => (await central.face.read("store.log")).includes("hello"));
    assert.match(await central.face.read("store.log"), / lab app: hello$/m);
  });
});
