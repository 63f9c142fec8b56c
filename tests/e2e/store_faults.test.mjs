// What is kept when something is wrong: a damaged file, one that is taken
// away, a full disk, more than there is room for. Whoever asks has his answer.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { Operator } from "./lib/daemon.mjs";
import { makeDir, removeDir } from "./lib/env.mjs";
import { Caller, refused, user } from "./lib/kept.mjs";
import { Proxy } from "./lib/proxy.mjs";

const big = (bytes) => `FAKE:big=${bytes}`;
const at = ({ id }) => id.startsWith("conv_") ? `/v1/conversations/${id}`
    : `/v1/responses/${id}`;

// Runs `body` with a proxy in front of the stand-in for Codex.
async function withProxy(args, body) {
	const proxy = await Proxy.start({ args });

	try {
		await body(new Caller(proxy), proxy);
	} finally {
		await proxy.stop();
	}
}

const complaints = (proxy) => proxy.log().filter((l) =>
    l.level === "error" && l.message.startsWith("store: "));
const counts = async (proxy) => (await proxy.metrics()).store;

describe("a store's file", () => {
	const dir = makeDir("store");
	const file = path.join(dir, "store");

	after(() => removeDir(dir));

	it("that is damaged is set aside, and said", async (t) => {
		const op = new Operator();
		const args = ["--store-file", file];
		let old;

		t.after(() => op.end());
		await op.start(args);
		for (let i = 0; i < 10; i++)
			old = await new Caller(op).answered(big(5000));
		await op.run(["stop"]);
		const fd = fs.openSync(file, "r+");

		fs.writeSync(fd, Buffer.alloc(8192, 1), 0, 8192, 4096);
		fs.closeSync(fd);
		const { stderr } = await op.start(args);

		assert.match(stderr, /warning: --store-file: .* was damaged: /);
		assert.ok((await op.logged("was damaged")).message
		    .includes(`${file} `));
		const caller = new Caller(op);

		refused(await caller.get(at(old)), 404, "not_found", null);
		assert.ok(await caller.has(at(await caller.answered("hi"))));
		const { faults, answers } =
		    (await op.get("/metrics")).json.store;

		assert.deepEqual({ faults, answers }, { faults: 1, answers: 1 });
		const doctor = await op.run(["doctor"]);

		assert.equal(doctor.code, 1);
		assert.match(doctor.stdout, /^FAULT +store +.*\.damaged/m);
		fs.rmSync(`${file}.damaged`);
		assert.match((await op.run(["doctor"])).stdout,
		    new RegExp(`^ok +store +${file}$`, "m"));
	});

	it("that doctor would not take", async (t) => {
		const op = new Operator();

		t.after(() => op.end());
		assert.match((await op.run(["doctor"])).stdout,
		    /^ok +store +in memory$/m);
		const r = await op.run(["doctor", "--store-file", "/none/x"]);

		assert.equal(r.code, 1);
		assert.match(r.stdout, /^FAULT +store +.*\/none\/x: No such/m);
	});

	it("that is taken away is noticed, and answers go on", async () => {
		const other = path.join(dir, "other");

		await withProxy(["--store-file", other], async (me, proxy) => {
			const one = await me.answered("one");

			assert.equal((await counts(proxy)).faults, 0);
			fs.rmSync(other);
			const two = await me.answered("two",
			    { previous_response_id: one.id });

			for (const r of [one, two, await me.answered("three",
			    { previous_response_id: two.id })])
				assert.ok(await me.has(at(r)));
			assert.equal((await counts(proxy)).faults, 1);
			assert.equal((await counts(proxy)).kept, 3);
			const [said, ...more] = complaints(proxy);

			assert.match(said.message, /removed.*restart/);
			assert.deepEqual(more, []);
			// One that is put in its place is not touched.
			fs.writeFileSync(other, "mine", { mode: 0o600 });
			await me.answered("four");
			assert.equal((await counts(proxy)).faults, 1);
		});
		assert.equal(fs.readFileSync(other, "utf8"), "mine");
	});
});

const run = (...argv) => spawnSync(argv[0], argv.slice(1)).status === 0;

// What no more can be written to: `fill` limits it, `clear` ends that.
class Tmpfs {
	constructor(dir) {
		this.dir = dir;
		this.usable = run("mount", "-t", "tmpfs", "-o", "size=1m",
		    "tmpfs", dir);
	}

	fill() {}

	clear() {
		assert.ok(run("mount", "-o", "remount,size=64m", this.dir));
	}

	end() {
		if (this.usable)
			run("umount", "-l", this.dir);
	}
}

class Limit {
	usable = true;

	constructor(dir) {
		this.dir = dir;
	}

	// The soft limit alone, so that it can be taken back.
	#set(pid, bytes) {
		assert.ok(run("prlimit", `--pid=${pid}`, `--fsize=${bytes}:`));
	}

	fill(pid) {
		this.#set(pid, 500000);
	}

	clear(pid) {
		this.#set(pid, "unlimited");
	}

	end() {}
}

for (const [name, Kind] of [["a full disk", Tmpfs],
	["a limit of files' sizes", Limit]]) {
	it(`${name} costs no answer`, async (t) => {
		const dir = makeDir("full");
		const disk = new Kind(dir);

		t.after(() => {
			disk.end();
			removeDir(dir);
		});
		if (!disk.usable) {
			t.skip("nothing can be mounted here");
			return;
		}
		await withProxy(["--store-file", path.join(dir, "store")],
		    async (me, proxy) => {
			const first = await me.answered("first");
			let dropped = 0, last;

			disk.fill(proxy.pid);
			for (let i = 0; i < 40 && dropped < 2; i++) {
				last = await me.answered(big(50000));
				assert.equal(last.output[0].content[0].text.length,
				    50000);
				// Looked up, so that it is known what became of it.
				await me.has(at(last));
				({ dropped } = await counts(proxy));
			}
			assert.equal(dropped, 2);
			assert.ok((await counts(proxy)).faults >= 2);
			assert.equal(complaints(proxy).length, 1,
			    JSON.stringify(complaints(proxy)));
			refused(await me.get(at(last)), 404, "not_found", null);
			assert.ok(await me.has(at(first)));
			disk.clear(proxy.pid);
			assert.ok(await me.has(at(await me.answered("later"))));
		});
	});
}

describe("what there is no room for", () => {
	// Each answer takes twice its text: three of them have room.
	it("the one used least recently goes first", async () => {
		await withProxy(["--store-bytes", "80000"], async (me, proxy) => {
			const all = [];

			for (let i = 0; i < 3; i++)
				all.push(await me.answered(big(10000)));
			for (const r of all)
				assert.ok(await me.has(at(r)));
			assert.ok(await me.has(at(all[0])));
			all.push(await me.answered(big(10000)));
			const there = [];

			for (const r of all)
				there.push(await me.has(at(r)));
			assert.deepEqual(there, [true, false, true, true]);
			assert.equal(refused(await me.get(at(all[1])), 404,
			    "not_found", null),
			`Response with id '${all[1].id}' not found.`);
			assert.match(refused(await me.respond("x",
			    { previous_response_id: all[1].id }), 400,
			"previous_response_not_found",
			"previous_response_id"), /not found/);
			refused(await me.respond([user("x"), { id:
			    all[1].output[0].id, type: "item_reference" }]),
			400, "invalid_value", "input[1].id");
			// As long, by what stands in its history.
			await me.answered("x",
			    { previous_response_id: all[3].id });
			assert.ok(!await me.has(at(all[0])));
			assert.ok(await me.has(at(all[3])));
			const c = await counts(proxy);

			assert.equal(c.evicted, 2);
			assert.equal(c.answers, 3);
			assert.ok(c.bytes <= 80000, `${c.bytes}`);
		});
	});

	it("pushes nothing out if it cannot fit", async () => {
		await withProxy(["--store-bytes", "60000"], async (me, proxy) => {
			const part = { items: [user("x".repeat(20000))] };
			const other = await me.answered("other");
			const c = await me.conversation(part);
			const items = `${at(c)}/items`;

			assert.equal((await me.post(items, part)).status, 200);
			for (const r of [await me.post(items, part),
				await me.post(at(c), { metadata: { a:
				    "x".repeat(30000) } }),
				await me.post("/v1/conversations", { items: [
					user("x".repeat(70000))] })])
				assert.match(refused(r, 413, "body_too_large",
				    null), /--store-bytes/);
			const big_one = await me.answered(big(20000),
			    { conversation: c.id });

			assert.ok(!await me.has(at(big_one)));
			assert.ok(await me.has(at(other)));
			assert.equal((await me.get(items)).json.data.length, 2);
			assert.deepEqual((await me.get(at(c))).json, c);
			const { evicted, dropped, faults } = await counts(proxy);

			assert.deepEqual({ evicted, dropped, faults },
			    { evicted: 0, dropped: 1, faults: 0 });
			assert.equal(proxy.messages().filter((m) =>
			    m.includes("was not kept")).length, 1);
			// What does fit makes room.
			const small = await me.answered("small",
			    { conversation: c.id });

			assert.ok(await me.has(at(small)));
			assert.equal((await me.get(items)).json.data.length, 4);
		});
	});

	it("nothing at all is kept", async () => {
		await withProxy(["--store-bytes", "0"], async (me, proxy) => {
			assert.ok(!await me.has(at(await me.answered("x"))));
			refused(await me.post("/v1/conversations", {}), 413,
			    "body_too_large", null);
			assert.equal((await counts(proxy)).dropped, 0);
		});
	});
});

// Deleted after it was looked up, before the answer is there.
describe("what an answer refers to, deleted while it is made", () => {
	let proxy, me;

	before(async () => {
		proxy = await Proxy.start({});
		me = new Caller(proxy);
	});
	after(() => proxy.stop());

	// Codex stands still meanwhile.
	const answeredAfter = async (input, fields, target) => {
		const before = proxy.calls().length;
		const answer = me.answered(input, fields);

		await proxy.started(before + 1);
		const pids = proxy.codexPids();

		pids.forEach((pid) => process.kill(pid, "SIGSTOP"));
		assert.equal((await me.delete(target)).status, 200);
		pids.forEach((pid) => process.kill(pid, "SIGCONT"));
		return answer;
	};

	it("an item is kept as it was", async () => {
		const one = await me.answered("FAKE:text=the first");
		const [{ id }] = one.output;
		const two = await answeredAfter([
			{ type: "item_reference", id },
			user("FAKE:slow=2000;text=two")], {}, at(one));

		assert.ok(!await me.has(at(one)));
		const kept = (await me.get(
		    `${at(two)}/input_items?order=asc`)).json.data;

		assert.equal(kept[0].id, id);
		assert.equal(kept[0].content[0].text, "the first");
		await me.answered("x", { previous_response_id: two.id });
		await me.answered([{ type: "item_reference", id }, user("x")]);
		assert.equal((await counts(proxy)).dropped, 0);
	});

	it("a response: as if it had been deleted later", async () => {
		const one = await me.answered("one");
		const two = await answeredAfter("FAKE:slow=2000;text=two",
		    { previous_response_id: one.id }, at(one));

		assert.equal((await me.get(at(two))).json.output[0].content[0]
		    .text, "two");
		refused(await me.respond("x",
		    { previous_response_id: two.id }), 400,
		"previous_response_not_found", "previous_response_id");
		assert.equal((await counts(proxy)).dropped, 0);
	});

	it("a conversation: the same", async () => {
		const c = await me.conversation({ items: [user("x")] });
		const two = await answeredAfter("FAKE:slow=2000;text=two",
		    { conversation: c.id }, at(c));

		assert.ok(await me.has(at(two)));
		assert.ok(!await me.has(at(c)));
		assert.equal((await counts(proxy)).dropped, 0);
	});
});
