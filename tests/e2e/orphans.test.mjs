// What the agent of exec has started ends with its Codex, however that ends,
// though its sandbox makes sessions that no process group holds.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { fakeCodex, makeDir, removeDir, slack } from "./lib/env.mjs";
import { commandLine, descendants, stat, withArgument, zombiesOf } from
	"./lib/proc.mjs";
import { fakeWorld, realCodex } from "./lib/proxy.mjs";
import { timed, until } from "./lib/wait.mjs";

const alive = (pids) => pids.filter((p) => !["Z", undefined]
    .includes(stat(p)?.state));

// Without a namespace of processes nothing else would end them.
describe("a Codex without a sandbox that is killed", () => {
	const dir = makeDir("orphans");
	const codex = path.join(dir, "codex");
	const word = `313.${process.pid}`;

	fs.writeFileSync(codex, `#!/bin/sh
case " $* " in
*" exec "*)
	setsid sleep ${word} </dev/null >/dev/null 2>&1 &
	(setsid sleep ${word} </dev/null >/dev/null 2>&1 &) ;;
esac
exec ${fakeCodex} "$@"
`, { mode: 0o755 });
	const world = fakeWorld({ before, after }, { engine: "exec", codex,
		args: ["--max-concurrency", "2"] });

	after(() => removeDir(dir));

	it("takes its commands along, and no other's", async () => {
		const me = world.proxy.child.pid;
		const jobs = [];

		for (let i = 0; i < 2; i++) {
			const pending = world.proxy.open("FAKE:hang");

			await until(() => withArgument(word).filter((p) =>
			    commandLine(p)[0] === "sleep").length === 2 * (i + 1),
			"its commands");
			const known = jobs.flatMap((j) => j.pids);
			const pids = withArgument(word).filter(
			    (p) => !known.includes(p));
			const leader = descendants(me).find((p) => stat(p)?.ppid ===
			    me && descendants(p).includes(pids[0]));

			assert.ok(leader, "they are below a child of the proxy");
			assert.deepEqual(pids.filter((p) =>
			    !descendants(leader).includes(p)), []);
			jobs.push({ pending, pids, leader });
		}
		const [one, other] = jobs;
		const { ms } = await timed(() => {
			process.kill(one.leader, "SIGKILL");
			return until(() => alive(one.pids).length === 0,
			    () => `${alive(one.pids)} to go`);
		});

		assert.ok(ms < 2000 * slack, `it took ${ms} ms`);
		assert.deepEqual(alive(other.pids), other.pids);
		one.pending.destroy();
		other.pending.destroy();
		await until(() => withArgument(word).length === 0, "all to go");
		await world.proxy.settled();
		assert.deepEqual(zombiesOf(me), []);
	});
});

describe("a Codex that is killed", () => {
	const world = realCodex({ before, after }, { engine: "exec", args: [
		"--model", "gpt-5.5", "--max-concurrency", "2"] });
	const me = () => world.proxy.child.pid;

	// A request whose agent sleeps thrice: in the shell's session, in one of
	// its own, and there without a parent. With its processes.
	async function sleeper(word) {
		const call = JSON.stringify({ login: false, cmd:
			`setsid sleep ${word} & (setsid sleep ${word} &); ` +
			`sleep ${word}` });
		const pending = world.proxy.open(
		    `SIM: tool=exec_command:${JSON.stringify(call)}`);
		const sleeping = () => withArgument(word).filter((p) =>
		    commandLine(p)[0] === "sleep");

		await until(() => sleeping().length === 3, "the agent's command");
		const pids = sleeping();
		const codex = descendants(me()).find((p) =>
		    stat(p).ppid === me() && descendants(p).includes(pids[0]));

		assert.ok(codex, "they are below a child of the proxy");
		return { pending, pids, codex };
	}

	it("takes its commands along, and no other's", async () => {
		const [one, other] = [await sleeper(`311.${process.pid}`),
			await sleeper(`312.${process.pid}`)];

		assert.notEqual(one.codex, other.codex);
		for (const { pids, codex } of [one, other])
			assert.deepEqual(pids.filter((p) =>
			    !descendants(codex).includes(p)), []);
		const { ms } = await timed(() => {
			process.kill(one.codex, "SIGKILL");
			return until(() => alive(one.pids).length === 0,
			    () => `${alive(one.pids)} to go`);
		});

		assert.ok(ms < 2000 * slack, `it took ${ms} ms`);
		assert.deepEqual(alive(other.pids), other.pids);
		one.pending.destroy();
		await until(() => withArgument(`311.${process.pid}`).length === 0,
		    "those of the second try to go");
		assert.deepEqual(alive(other.pids), other.pids);
		other.pending.destroy();
		await until(() => alive(other.pids).length === 0, "the others");
		await world.proxy.settled();
		assert.deepEqual(zombiesOf(me()), []);
	});

	it("and the next request is answered", async () => {
		const r = await world.proxy.chat("SIM: text=next");

		assert.equal(r.json.choices[0].message.content, "next");
	});
});
