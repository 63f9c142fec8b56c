// What was answered is kept, and what refers to it finds it: as item
// references, by previous_response_id, in conversations; each key its own.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { makeDir, removeDir } from "./lib/env.mjs";
import { request } from "./lib/http.mjs";
import { Caller, refused } from "./lib/kept.mjs";
import { describeEngines, mark, Proxy, realCodex } from "./lib/proxy.mjs";
import { Sim } from "./lib/sim.mjs";

const said = (request) => request.body.input.map((i) => i.content?.[0]?.text)
    .filter((t) => t !== undefined);

describeEngines("what a request refers to", (engine) => {
	const world = realCodex({ before, after }, { engine });
	let client;

	before(() => { client = new Caller(world.proxy); });

	it("previous_response_id: all that led to it, in order", async () => {
		const m = mark();
		const one = await client.answered("SIM: text=first answer");
		const two = await client.answered("SIM: text=second answer",
		    { previous_response_id: one.id });
		const three = await client.answered(`${m} SIM: text=third`,
		    { previous_response_id: two.id });
		const upstream = await world.sim.request(m);

		assert.equal(three.previous_response_id, two.id);
		if (engine === "exec") {
			assert.match(said(upstream).at(-1),
			    /first answer[^]*second answer[^]*third/);
			return;
		}
		assert.deepEqual(said(upstream).slice(-5),
		    ["SIM: text=first answer", "first answer",
			"SIM: text=second answer", "second answer",
			`${m} SIM: text=third`]);
	});

	it("item references, as @ai-sdk/openai sends them", async () => {
		const m = mark();
		const one = await client.answered([{ role: "user", content: [
			{ type: "input_text", text: "SIM: text=the answer" }] }]);
		const refs = one.output.map(({ id }) =>
		    ({ type: "item_reference", id }));
		const two = await client.answered([{ role: "user",
			content: "hello" }, ...refs, { role: "user",
			content: `${m} SIM: text=two` }]);
		const texts = said(await world.sim.request(m));

		if (engine === "exec")
			assert.match(texts.at(-1), /hello[^]*the answer[^]*two/);
		else
			assert.deepEqual(texts.slice(-3), ["hello", "the answer",
				`${m} SIM: text=two`]);
		// Who goes on from that has what it referred to, too.
		const n = mark();

		await client.delete(`/v1/responses/${one.id}`);
		await client.answered(`${n} SIM: text=three`,
		    { previous_response_id: two.id });
		assert.match(said(await world.sim.request(n)).join("\n"),
		    /hello[^]*the answer[^]*two[^]*three/);
	});

	// What is read by a thread of the parser's is resolved there, too.
	it("long ones", async () => {
		const m = mark();
		const long = "x".repeat(400 * 1024);
		const one = await client.answered(`${long} SIM: text=one`);

		await client.answered(`${m} SIM: text=two`,
		    { previous_response_id: one.id });
		const texts = said(await world.sim.request(m)).join("\n");

		assert.ok(texts.includes(`${long} SIM: text=one`));
		assert.match(texts, /one[^]*two/);
	});

	it("a stream is kept before it has ended", async () => {
		const one = await client.respond("SIM: text=streamed",
		    { stream: true });
		const id = one.text.match(/"id":"(resp_\w+)"/)[1];
		const kept = await client.get(`/v1/responses/${id}`);

		assert.equal(kept.json.id, id);
		assert.equal(kept.json.status, "completed");
		assert.equal(kept.json.output[0].content[0].text, "streamed");
	});

	it("store: false keeps nothing", async () => {
		const one = await client.answered("SIM: text=x", { store: false });

		refused(await client.get(`/v1/responses/${one.id}`), 404,
		    "not_found", null);
		refused(await client.respond("SIM: text=y",
		    { previous_response_id: one.id }), 400,
		"previous_response_not_found", "previous_response_id");
		refused(await client.respond([
			{ role: "user", content: "x" },
			{ type: "item_reference", id: one.output[0].id }]), 400,
		"invalid_value", "input[1].id");
		refused(await client.respond("x", { conversation: "conv_none" }),
		    400, "invalid_value", "conversation");
	});
}, ["exec", "app-server"]);

describe("what is kept", () => {
	const world = realCodex({ before, after }, { engine: "app-server" });
	let client;

	before(() => { client = new Caller(world.proxy); });

	it("is given out, listed and deleted", async () => {
		const one = await client.answered([
			{ role: "user", content: "1" },
			{ role: "assistant", content: "2" },
			{ role: "user", content: "SIM: text=pong" }]);
		const at = `/v1/responses/${one.id}`;
		const list = async (query) => {
			const r = await client.get(`${at}/input_items${query}`);

			assert.equal(r.status, 200, r.text);
			return r.json;
		};
		const texts = (l) => l.data.map((i) => i.content[0].text);

		assert.deepEqual((await client.get(at)).json, one);
		const all = await list("");

		assert.deepEqual(texts(all), ["SIM: text=pong", "2", "1"]);
		assert.equal(all.object, "list");
		assert.equal(all.has_more, false);
		assert.equal(all.first_id, all.data[0].id);
		assert.equal(all.last_id, all.data[2].id);
		const page = await list("?order=asc&limit=2");

		assert.deepEqual(texts(page), ["1", "2"]);
		assert.equal(page.has_more, true);
		assert.deepEqual(texts(await list(
		    `?order=asc&after=${page.last_id}`)), ["SIM: text=pong"]);
		for (const [query, param] of [["limit=0", "limit"],
			["limit=101", "limit"], ["order=up", "order"],
			["after=msg_none", "after"]])
			refused(await client.get(`${at}/input_items?${query}`),
			    400, "invalid_value", param);
		refused(await client.get(`${at}?stream=true`), 400,
		    "unsupported_parameter", "stream");
		refused(await client.post(`${at}/cancel`, ""), 400,
		    "invalid_value", null);
		const gone = await client.delete(at);

		assert.deepEqual(gone.json,
		    { id: one.id, object: "response", deleted: true });
		for (const r of [await client.get(at), await client.delete(at),
			await client.get(`${at}/input_items`),
			await client.post(`${at}/cancel`, "")])
			refused(r, 404, "not_found", null);
	});

	it("metrics tell of it", async () => {
		const before = (await world.proxy.metrics()).store;

		await client.answered("SIM: text=x");
		await client.get("/v1/responses/none");
		const store = (await world.proxy.metrics()).store;

		assert.equal(store.kept, before.kept + 1);
		assert.equal(store.answers, before.answers + 1);
		assert.ok(store.bytes > before.bytes);
		assert.equal(store.max_bytes, 67108864);
	});

	it("what there is not", async () => {
		refused(await client.post("/v1/responses/compact", {}), 404,
		    "not_found", null);
		const r = await client.get("/v1/responses");

		refused(r, 426, "upgrade_required", null);
		assert.ok(r.headers.upgrade);
		const wrong = await request(`${world.proxy.url}/v1/responses/x`,
		    { method: "PUT" });

		assert.equal(wrong.status, 405);
		assert.equal(wrong.headers.allow, "GET, HEAD, DELETE, OPTIONS");
	});
});

describe("conversations", () => {
	const world = realCodex({ before, after }, { engine: "app-server" });
	let client;

	before(() => { client = new Caller(world.proxy); });

	it("grow by what is asked in them", async () => {
		const m = mark();
		const { id } = await client.conversation({ items: [{ role: "developer",
			content: "be brief" }] });
		const one = await client.answered("SIM: text=one",
		    { conversation: id });
		const added = await client.post(`/v1/conversations/${id}/items`,
		    { items: [{ role: "user", content: "by hand" }] });

		assert.equal(added.json.data.length, 1);
		assert.match(added.json.data[0].id, /^msg_/);
		await client.answered(`${m} SIM: text=two`,
		    { conversation: { id } });
		assert.deepEqual(said(await world.sim.request(m)).slice(-5), [
			"be brief", "SIM: text=one", "one", "by hand",
			`${m} SIM: text=two`]);
		const list = (await client.get(
		    `/v1/conversations/${id}/items?order=asc`)).json;

		assert.deepEqual(list.data.map((i) => i.content[0].text),
		    ["be brief", "SIM: text=one", "one", "by hand",
			`${m} SIM: text=two`, "two"]);
		assert.equal(list.data[2].id, one.output[0].id);
		const item = `/v1/conversations/${id}/items/${list.data[3].id}`;

		assert.deepEqual((await client.get(item)).json, list.data[3]);
		assert.equal((await client.delete(item)).json.id, id);
		refused(await client.get(item), 404, "not_found", null);
	});

	it("have metadata, and end", async () => {
		const { id, ...rest } = await client.conversation({ metadata: { a: "b" } });
		const at = `/v1/conversations/${id}`;

		assert.deepEqual({ ...rest, created_at: 0 }, { created_at: 0,
			object: "conversation", metadata: { a: "b" } });
		assert.deepEqual((await client.get(at)).json, { id, ...rest });
		const changed = await client.post(at, { metadata: { c: "d" } });

		assert.deepEqual(changed.json.metadata, { c: "d" });
		assert.deepEqual((await client.delete(at)).json,
		    { id, object: "conversation.deleted", deleted: true });
		refused(await client.get(at), 404, "not_found", null);
		refused(await client.post(`${at}/items`, { items: [
			{ role: "user", content: "x" }] }), 404, "not_found",
		null);
	});

	// These are read on the parser's threads.
	it("take long items, many at once", async () => {
		const long = (n) => `${n}`.repeat(400 * 1024);
		const all = await Promise.all([1, 2, 3, 4].map(async (n) => {
			const items = [{ role: "user", content: long(n) }];
			const { id } = await client.conversation({ items });
			const at = `/v1/conversations/${id}/items`;
			const more = await client.post(at, { items });
			const wrong = await client.post(at, { items:
			    [...items, { role: "king", content: "x" }] });

			assert.equal(more.status, 200, more.text.slice(0, 300));
			assert.equal(more.json.data[0].content[0].text, long(n));
			refused(wrong, 400, "invalid_value", "items[1].role");
			assert.match(wrong.json.error.message, /items\[1\]/);
			return (await client.get(at)).json.data;
		}));

		all.forEach((items, i) => assert.deepEqual(
		    items.map((item) => item.content[0].text),
		    [long(i + 1), long(i + 1)]));
	});

	it("refuse what no model could be given", async () => {
		for (const [body, param] of [
			[{ items: 1 }, "items"],
			[{ items: [{ role: "king", content: "x" }] },
				"items[0].role"],
			[{ items: [{ type: "item_reference", id: "x" }] },
				"items[0].type"],
			[{ items: Array(21).fill({ role: "user",
				content: "x" }) }, "items"],
			[{ metadata: { a: 1 } }, "metadata.a"]]) {
			const r = await client.post("/v1/conversations", body);

			assert.equal(r.status, 400, r.text);
			assert.equal(r.json.error.param, param, r.text);
		}
	});
});

describe("a store in a file", () => {
	const dir = makeDir("store");
	const file = path.join(dir, "store");
	const keys = path.join(dir, "keys");
	const write = (text) => fs.writeFileSync(keys, text, { mode: 0o600 });
	let sim;

	before(async () => { sim = await Sim.start(dir); });
	after(async () => {
		await sim.stop();
		removeDir(dir);
	});

	const withProxy = async (body) => {
		const proxy = await Proxy.start({ sim, engine: "app-server",
			args: ["--store-file", file, "--api-key-file", keys] });

		try {
			await body((key) => new Caller(proxy, key), proxy);
		} finally {
			await proxy.stop();
		}
	};

	// As if it were not there, whatever is asked of it.
	it("a key cannot touch what is another's", async () => {
		write("alice:a1\nbob:b1\n");
		await withProxy(async (as) => {
			const [alice, bob] = [as("a1"), as("b1")];
			const items = { items: [{ role: "user", content: "x" }] };
			const c = await alice.conversation(items);
			const one = await alice.answered("SIM: text=hers",
			    { conversation: c.id });
			const [item] = one.output;
			const asked = (who, r, conv, i) => [
				who.get(`/v1/responses/${r}`),
				who.get(`/v1/responses/${r}/input_items`),
				who.post(`/v1/responses/${r}/cancel`, ""),
				who.delete(`/v1/responses/${r}`),
				who.respond("x", { previous_response_id: r }),
				who.respond([{ type: "item_reference", id: i }]),
				who.get(`/v1/conversations/${conv}`),
				who.post(`/v1/conversations/${conv}`,
				    { metadata: { a: "b" } }),
				who.get(`/v1/conversations/${conv}/items`),
				who.post(`/v1/conversations/${conv}/items`, items),
				who.get(`/v1/conversations/${conv}/items/${i}`),
				who.delete(`/v1/conversations/${conv}/items/${i}`),
				who.respond("x", { conversation: conv }),
				who.delete(`/v1/conversations/${conv}`),
			];
			const none = ["resp_none", "conv_none", "msg_none"];
			const hers = [one.id, c.id, item.id];
			const unknown = await Promise.all(asked(bob, ...none));
			const forbidden = await Promise.all(asked(bob, ...hers));

			assert.deepEqual(forbidden.map((r) => r.status),
			    [404, 404, 404, 404, 400, 400, 404, 404, 404, 404,
				404, 404, 400, 404]);
			const said = (r, ids) => ids.reduce((text, id, n) =>
			    text.replaceAll(id, none[n]), r.json.error.message);

			forbidden.forEach((r, n) => assert.equal(said(r, hers),
			    said(unknown[n], none)));
			assert.deepEqual((await alice.get(
			    `/v1/responses/${one.id}`)).json, one);
			assert.deepEqual((await alice.get(
			    `/v1/conversations/${c.id}`)).json, c);
			const list = (await alice.get(
			    `/v1/conversations/${c.id}/items`)).json;

			assert.equal(list.data.length, 3);
			assert.equal(list.first_id, item.id);
		});
	});

	it("outlives the server, and a key sees its own", async () => {
		let one, two;

		write("alice:a1\nnameless\n");
		await withProxy(async (as) => {
			one = await as("a1").answered("SIM: text=alice's");
			two = await as("nameless").answered("SIM: text=secret");
			for (const [key, id] of [["nameless", one.id],
				["a1", two.id]]) {
				refused(await as(key).get(`/v1/responses/${id}`),
				    404, "not_found", null);
				refused(await as(key).delete(
				    `/v1/responses/${id}`), 404, "not_found",
				null);
				refused(await as(key).respond("x",
				    { previous_response_id: id }), 400,
				"previous_response_not_found",
				"previous_response_id");
			}
			assert.equal((await as("wrong").get(
			    `/v1/responses/${one.id}`)).status, 401);
		});
		assert.equal(fs.statSync(file).mode & 0o7777, 0o600);
		assert.ok(!fs.readFileSync(file).includes("nameless"));
		// Another line, and another key of the same name.
		write("intruder\nalice:a2\nnameless\n");
		await withProxy(async (as) => {
			const m = mark();

			await as("a2").answered(`${m} SIM: text=x`,
			    { previous_response_id: one.id });
			assert.ok(said(await sim.request(m))
			    .includes("alice's"));
			assert.equal((await as("nameless").get(
			    `/v1/responses/${two.id}`)).status, 200);
			refused(await as("intruder").get(
			    `/v1/responses/${two.id}`), 404, "not_found", null);
		});
	});
});
