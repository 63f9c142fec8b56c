// app-server: what Codex would do to a request behind the caller's back. The
// traps that have a test elsewhere: app_exact (history of any length, system
// messages in their place, base instructions), app_tools (names, schemas,
// histories that do not hold together), images, app_isolation ("$name").
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { codexOlder, newModel } from "./lib/env.mjs";
import { sseEvents } from "./lib/http.mjs";
import { call, image, input_image, output, received, red, text, user } from
    "./lib/items.mjs";
import { describeEngines, mark, realCodex } from "./lib/proxy.mjs";

const models = [newModel, "gpt-5.5"];
const tool = (name, parameters) => ({ type: "function",
	function: { name, description: `does ${name}`, parameters } });
const calls = (...ids) => ({ role: "assistant", content: null,
	tool_calls: ids.map((id) => ({ id, type: "function",
		function: { name: "look", arguments: "{}" } })) });

// Not by deepEqual: its message would be megabytes.
function sameItems(got, wanted) {
	assert.equal(got.length, wanted.length);
	for (const [i, item] of got.entries())
		assert.ok(JSON.stringify(item) === JSON.stringify(wanted[i]),
		    `item ${i} is not as it was sent`);
}

for (const model of models) {
	describe(`traps, ${model}`, () => {
		const world = realCodex({ before, after }, { engine: "app-server",
			args: ["--model", model, "--instructions", "none"] });

		// Far over what the real model takes, and tokens are counted by
		// what the model's server says, so that is large, too.
		it("no compaction when the window is long full", async () => {
			const long = "word ".repeat(600000);
			let m;
			const { upstream, json } = await world.good((x) => {
				m = `${x} SIM: text=ok;usage=9000000,5,7,2`;
				return [{ role: "user", content: long },
					{ role: "assistant", content: "y" },
					{ role: "user", content: m }];
			});

			sameItems(received(upstream.body).items,
			    [user(long), { type: "message", role: "assistant",
				content: [{ type: "output_text", text: "y" }] },
			    user(m)]);
			assert.equal(json.choices[0].message.content, "ok");
			assert.equal(json.usage.prompt_tokens, 9000000);
		});

		it("nor in the middle of a turn", async () => {
			const m = mark();
			const r = await world.proxy.chat(`${m} SIM: ` +
			    "usage=9000000,5,7,2;tool=nobody:{}");
			const upstream = world.sim.requestsWith(m);

			assert.equal(r.status, 200, r.text);
			assert.match(r.json.choices[0].message.content,
			    /^tool said: /);
			assert.equal(upstream.length, 2);
			const [first, second] = upstream.map((u) =>
			    received(u.body).items);

			sameItems(second.slice(0, first.length), first);
			assert.deepEqual(second.slice(first.length)
			    .map((i) => i.type), ["function_call",
				"function_call_output"]);
		});

		// The derived catalog's own limit: Codex begins to compact.
		for (const stream of [false, true]) {
			it(`a compaction that begins is an error, stream ${stream}`,
			    async () => {
				const m = mark();
				const r = await world.proxy.chat(`${m} SIM: ` +
				    "usage=99000000,5,7,2;tool=nobody:{}", { stream });

				assert.equal(r.status, 400, r.text);
				assert.equal(r.error.code, "context_length_exceeded");
			});
		}

		it("a tool's result of 300,000 characters, whole", async () => {
			const long = "é line\n".repeat(43000);
			let m;
			const { upstream } = await world.good((x) => [
				{ role: "user", content: m = x }, calls("a", "b"),
				{ role: "tool", tool_call_id: "a", content: long },
				{ role: "tool", tool_call_id: "b",
					content: [text(long), image(red), text("end")] },
			], { tools: [tool("look")] });

			assert.ok(long.length > 300000);
			sameItems(received(upstream.body).items, [user(m),
				call("a", "look", "{}"), call("b", "look", "{}"),
				output("a", long), output("b", [
					{ type: "input_text", text: long },
					input_image(red),
					{ type: "input_text", text: "end" }])]);
		});

		it("whatever detail is asked for, the image arrives", async () => {
			for (const detail of ["low", "high", "auto", "original"]) {
				let m;
				const { upstream } = await world.good((x) => [
					{ role: "user", content: [{ type: "image_url",
						image_url: { url: red, detail } },
					text(m = x)] }]);

				assert.deepEqual(received(upstream.body).items,
				    [user(input_image(red), m)], detail);
			}
		});

		// Its own tools are not offered, and when it is asked all the same
		// Codex runs nothing.
		const file = "made-by-a-tool";
		const cmd = `touch ${file}; touch /dev/shm/${file}-${process.pid}`;
		const patch = `*** Begin Patch\n*** Add File: ${file}\n+x\n` +
		    "*** End Patch";
		const own = { exec_command: { cmd }, shell_command: { command: cmd },
			shell: { command: ["sh", "-c", cmd] },
			write_stdin: { session_id: 1, chars: cmd },
			apply_patch: { input: patch }, view_image: { path: "/x.png" },
			update_plan: { plan: [] }, mcp__x__y: {}, spawn_agent: {},
			web_search: { query: "x" },
			request_user_input: { questions: [] } };
		for (const [name, args] of Object.entries(own)) {
			for (const tools of [undefined, [tool("look")]]) {
				it(`a call of ${name} does nothing, ` +
				    `${tools ? "with" : "without"} tools`, async () => {
					const { message, upstream } = await world.good((m) =>
					    `${m} SIM: tool=${name}:${JSON.stringify(args)}`,
					{ tools });

					assert.ok(!received(upstream.body).tools.some(
					    (t) => t.name === name));
					assert.match(message.content, /^tool said: /);
					assert.equal(message.tool_calls, undefined);
					for (const at of [world.proxy.dir,
						world.proxy.codexHome, path.join(
						    world.proxy.home,
						    ".codex-api-proxy/workspace")])
						assert.ok(!fs.existsSync(path.join(at, file)));
					assert.ok(!fs.existsSync(
					    `/dev/shm/${file}-${process.pid}`));
				});
			}
		}

		/* what Codex would refuse of functions, and where it stands */
		const refused = [
			["a tuple", { type: "array", items: [{ type: "string" }] },
				"items"],
			["a schema that is malformed", { enum: "x" }, "enum"],
		];
		for (const [what, a, where] of refused) {
			it(`${what}: 400 that names the place`, async () => {
				const r = await world.proxy.chat("x", { tools: [tool("f",
				    { type: "object", properties: { a } })] });

				assert.equal(r.status, 400, r.text);
				assert.equal(r.error.param, "tools[0].function." +
				    `parameters.properties.a.${where}`);
				assert.ok(r.error.message.includes(r.error.param),
				    r.error.message);
			});
		}
	});
}

describeEngines("a last message of 4 MB", (engine) => {
	const world = realCodex({ before, after }, { engine,
		args: ["--model", codexOlder("0.154.0") ? "gpt-5.4" : "gpt-5.5"] });

	for (const stream of [false, true]) {
		it(`${engine === "exec" ? "is too long, and that is said"
		    : "arrives whole"}, stream ${stream}`, async () => {
			const m = mark();
			const long = `${m}${"é€x😀 ".repeat(400000)}`;
			const r = await world.proxy.chat([
				{ role: "user", content: "x" },
				{ role: "assistant", content: "y" },
				{ role: "user", content: long }], { stream });

			assert.ok(Buffer.byteLength(long) > 4 * 1024 * 1024);
			if (engine === "exec") {
				assert.equal(r.status, 400, r.text);
				assert.equal(r.error.code, "context_length_exceeded");
				assert.equal(world.sim.requestsWith(m).length, 0);
				return;
			}
			assert.equal(r.status, 200);
			if (stream)
				assert.equal(sseEvents(r.text).at(-1), "[DONE]");
			const upstream = await world.sim.request(m);

			sameItems(received(upstream.body).items.slice(-1),
			    [user(long)]);
		});
	}

	it("http and https URLs of images are refused in a history, too",
	    async () => {
		for (const url of ["http://127.0.0.1:1/x.png",
			"https://example.com/x.png"]) {
			const m = mark();
			const r = await world.proxy.chat([
				{ role: "user", content: [text("see"), image(url)] },
				{ role: "assistant", content: "I see" },
				{ role: "user", content: m }]);

			assert.equal(r.status, 400, r.text);
			assert.equal(r.error.param,
			    "messages[0].content[1].image_url.url");
			assert.match(r.error.message, /never fetches/);
			assert.equal(world.sim.requestsWith(m).length, 0);
		}
	});
});
