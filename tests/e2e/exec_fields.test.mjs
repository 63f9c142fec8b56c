// What is exec's own: the transcript, the files of a request, and what this
// engine cannot do.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { withSeveralItems } from "./lib/env.mjs";
import { image, red, text, userTexts } from "./lib/items.mjs";
import { mark, realCodex } from "./lib/proxy.mjs";
import { until } from "./lib/wait.mjs";

describe("exec fields", () => {
	const world = realCodex({ before, after }, {
		args: ["--model", "gpt-5.5", "--max-concurrency", "3"] });

	describe("messages", () => {
		it("a lone user message arrives byte for byte", async () => {
			let sent;
			const { upstream } = await world.good((m) => sent =
			    `${m}\n\taé€😀 "\\"' </message> \u007f\u2028 end\n\n`);

			assert.deepEqual(userTexts(upstream), [sent]);
		});

		it("900 KB of it, too", async () => {
			let sent;
			const { upstream } = await world.good((m) => sent =
			    m + "é€x😀 ".repeat(69000) + "end");

			assert.ok(sent.length > 400000);
			assert.ok(Buffer.byteLength(sent) > 750000);
			assert.deepEqual(userTexts(upstream), [sent]);
		});

		it("text parts are a line each", async () => {
			const { upstream } = await world.good((m) => [{ role: "user",
				content: [{ type: "text", text: m },
					{ type: "text", text: "second" }] }]);

			assert.match(userTexts(upstream)[0], /^mark-\S+\nsecond$/);
		});

		it("history is a transcript in order with its roles", async () => {
			const { upstream } = await world.good((m) => [
				{ role: "system", content: "sys-word" },
				{ role: "developer", content: "dev-word" },
				{ role: "user", content: "question", name: "ann" },
				{ role: "assistant", content: null,
					reasoning_content: "echoed-thought",
					tool_calls: [{ id: "call_1", type: "function",
						function: { name: "look",
							arguments: '{"at":"sky"}' } }] },
				{ role: "tool", tool_call_id: "call_1",
					content: [{ type: "text", text: "blue" }] },
				{ role: "assistant", content: "It is blue." },
				{ role: "user", content: `why? ${m}` },
			]);
			const text = userTexts(upstream).join("\n");
			const order = ['role="system"', "sys-word",
				'role="developer"', "dev-word", 'role="user"', "ann",
				"question", 'role="assistant"', "call_1", "look",
				'{"at":"sky"}', 'role="tool"', "call_1", "blue",
				'role="assistant"', "It is blue.", 'role="user"',
				"why? mark-"];
			let at = 0;

			for (const word of order) {
				const found = text.indexOf(word, at);

				assert.ok(found >= 0, `${word} after ${at}: ${text}`);
				at = found + word.length;
			}
		});

		it("a name on a lone user message is not lost", async () => {
			const { upstream } = await world.good((m) =>
			    [{ role: "user", name: "ann", content: m }]);

			assert.match(userTexts(upstream)[0], /ann/);
		});
	});

	describe("images", () => {
		it("data: URLs arrive with the same bytes, files are gone",
		    async () => {
			const { upstream } = await world.good((m) => [{ role: "user",
				content: [text(`what? ${m}`),
					image(red)] }]);
			const images = upstream.body.input
			    .flatMap((i) => i.content ?? [])
			    .filter((p) => p.type === "input_image");

			assert.equal(images.length, 1);
			assert.equal(images[0].image_url, red);
			await until(() => world.proxy.leftovers().length === 0,
			    "the image's file to go");
		});

		it("its file is for us alone while the request runs", async () => {
			const m = mark();
			const pending = world.proxy.open([{ role: "user", content: [
				text(`${m} SIM: hang`),
				image(red)] }]);

			await world.sim.request(m);
			const [name] = world.proxy.leftovers();
			const dir = path.join(world.proxy.codexHome, name);

			assert.equal(fs.statSync(dir).mode & 0o777, 0o700);
			for (const file of fs.readdirSync(dir))
				assert.equal(fs.statSync(path.join(dir, file)).mode &
				    0o777, 0o600);
			pending.destroy();
			await until(() => world.proxy.leftovers().length === 0,
			    "the file to go with its caller");
		});
	});

	withSeveralItems(it)("of several messages the last is the answer",
	    async () => {
		const { message } = await world.good(
		    (m) => `${m} SIM: messages=3`);

		assert.equal(message.content, "m3");
		assert.match(message.reasoning_content, /m1[^]*m2/);
	});

	describe("refused fields", () => {
		const tool = { type: "function", function: { name: "f",
			parameters: { type: "object", properties: {} } } };
		/* fields, param, what the message must name */
		const rows = [
			[{ tools: [tool] }, "tools", /app-server/],
			[{ tools: [tool], tool_choice: "auto" }, "tools",
				/app-server/],
			[{ tool_choice: "required" }, "tool_choice",
				/app-server/],
			[{ functions: [tool.function] }, "functions", /app-server/],
			[{ functions: [tool.function],
				function_call: { name: "f" } }, "functions",
			/app-server/],
		];
		for (const [fields, param, words] of rows) {
			it(JSON.stringify(fields), async () => {
				const r = await world.proxy.chat("x", fields);

				assert.equal(r.status, 400);
				assert.equal(r.error.type, "invalid_request_error");
				assert.equal(r.error.code, "unsupported_parameter");
				assert.equal(r.error.param, param);
				assert.match(r.error.message, words);
			});
		}
	});

	describe("what asks for no tool", () => {
		const tools = [{ type: "function", function: { name: "f" } }];
		const rows = [{ tools: [] }, { tool_choice: "auto" },
			{ tool_choice: "none" }, { parallel_tool_calls: false },
			{ tools: [], tool_choice: "auto",
				parallel_tool_calls: true },
			{ tools, tool_choice: "none" }, { function_call: "none" },
			{ tools, tool_choice: { type: "allowed_tools",
				allowed_tools: { mode: "auto", tools: [] } } }];

		for (const fields of rows) {
			it(`${JSON.stringify(fields)} is answered`, async () => {
				const { message } = await world.good(
				    (m) => `${m} SIM: text=well`, fields);

				assert.equal(message.content, "well");
			});
		}
	});
});
