// Every row of the exec column: what the caller sends, and what of it arrives
// upstream through the real Codex.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { joinChunks, sseEvents } from "./lib/http.mjs";
import { mark, realCodex } from "./lib/proxy.mjs";
import { until } from "./lib/wait.mjs";

// The smallest PNG: one pixel.
const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QD" +
    "wADhgGAWjR9awAAAABJRU5ErkJggg==";

// A string of a SIM directive's value.
const quoted = (s) => JSON.stringify(s);

function texts(request) {
	return request.body.input.filter((i) => i.role === "user")
	    .flatMap((i) => i.content.map((p) => p.text));
}

describe("exec fields", () => {
	const world = realCodex({ before, after }, {
		args: ["--model", "gpt-5.5", "--max-concurrency", "3"] });
	const chat = (content, fields) => world.proxy.chat(content, fields);

	// A good answer, and the request that went upstream for it.
	async function good(content, fields) {
		const m = mark();
		const r = await chat(content(m), fields);

		assert.equal(r.status, 200, r.text);
		return { json: r.json, message: r.json.choices[0].message,
			upstream: await world.sim.request(m) };
	}

	describe("messages", () => {
		it("a lone user message arrives byte for byte", async () => {
			let sent;
			const { upstream } = await good((m) => sent =
			    `${m}\n\taé€😀 "\\"' </message> \u007f\u2028 end\n\n`);

			assert.deepEqual(texts(upstream), [sent]);
		});

		it("900 KB of it, too", async () => {
			let sent;
			const { upstream } = await good((m) => sent =
			    m + "é€x😀 ".repeat(69000) + "end");

			assert.ok(sent.length > 400000);
			assert.ok(Buffer.byteLength(sent) > 750000);
			assert.deepEqual(texts(upstream), [sent]);
		});

		it("text parts are a line each", async () => {
			const { upstream } = await good((m) => [{ role: "user",
				content: [{ type: "text", text: m },
					{ type: "text", text: "second" }] }]);

			assert.match(texts(upstream)[0], /^mark-\S+\nsecond$/);
		});

		it("history is a transcript in order with its roles", async () => {
			const { upstream } = await good((m) => [
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
			const text = texts(upstream).join("\n");
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
			const { upstream } = await good((m) =>
			    [{ role: "user", name: "ann", content: m }]);

			assert.match(texts(upstream)[0], /ann/);
		});
	});

	describe("model", () => {
		it("codex-local is --model", async () => {
			const { upstream, json } = await good((m) => m);

			assert.equal(upstream.body.model, "gpt-5.5");
			assert.equal(json.model, "codex-local");
		});

		it("any other name goes to Codex as given", async () => {
			const { upstream, json } = await good((m) => m,
			    { model: "gpt-5.4-mini" });

			assert.equal(upstream.body.model, "gpt-5.4-mini");
			assert.equal(json.model, "gpt-5.4-mini");
		});
	});

	describe("images", () => {
		const image = (url) => ({ type: "image_url", image_url: { url } });

		it("data: URLs arrive with the same bytes, files are gone",
		    async () => {
			const { upstream } = await good((m) => [{ role: "user",
				content: [{ type: "text", text: `what? ${m}` },
					image(`data:image/png;base64,${png}`)] }]);
			const images = upstream.body.input
			    .flatMap((i) => i.content ?? [])
			    .filter((p) => p.type === "input_image");

			assert.equal(images.length, 1);
			assert.equal(images[0].image_url,
			    `data:image/png;base64,${png}`);
			await until(() => world.proxy.leftovers().length === 0,
			    "the image's file to go");
		});

		it("its file is for us alone while the request runs", async () => {
			const m = mark();
			const pending = world.proxy.open([{ role: "user", content: [
				{ type: "text", text: `${m} SIM: hang` },
				image(`data:image/png;base64,${png}`)] }]);

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

		/* url, what is wrong with it */
		const bad = [
			["http://127.0.0.1:1/x.png", "never fetched"],
			["https://example.com/x.png", "never fetched"],
			["data:image/png;base64,@@@", "no base64"],
			["data:text/plain;base64,aGk=", "no image"],
			["file:///etc/passwd", "another scheme"],
		];
		for (const [url, why] of bad) {
			it(`${url} is 400: ${why}`, async () => {
				const r = await chat([{ role: "user",
					content: [image(url)] }]);

				assert.equal(r.status, 400, r.text);
				assert.match(r.error.param,
				    /^messages\[0\]\.content\[0\]/);
			});
		}
	});

	describe("response_format", () => {
		const schema = { type: "object", properties: {
			answer: { type: "string" } }, required: ["answer"],
		additionalProperties: false };
		const asked = { response_format: { type: "json_schema",
			json_schema: { name: "reply", schema } } };
		const object = { response_format: { type: "json_object" } };
		const json = quoted('{"answer":"yes"}');

		it("json_schema goes upstream as a strict schema", async () => {
			const { upstream, message } = await good(
			    (m) => `${m} SIM: text=${json}`, asked);
			const { format } = upstream.body.text;

			assert.equal(format.type, "json_schema");
			assert.equal(format.strict, true);
			assert.deepEqual(format.schema, schema);
			assert.equal(message.content, '{"answer":"yes"}');
		});

		it("json_object is asked for in words", async () => {
			const { upstream, message } = await good(
			    (m) => `${m} SIM: text=${json}`, object);

			assert.match(texts(upstream)[0], /^mark-[^]*JSON object/);
			assert.equal(message.content, '{"answer":"yes"}');
		});

		/* what the model answers instead; fields */
		const wrong = [
			["no JSON at all", object], ["[1]", object], ['{"a":', object],
			["no JSON at all", asked],
		];
		for (const [text, fields] of wrong) {
			for (const stream of [false, true]) {
				it(`${text} for ${fields.response_format.type} is ` +
				    `502, stream ${stream}`, async () => {
					const r = await chat(`SIM: text=${quoted(text)}`,
					    { ...fields, stream });

					assert.equal(r.status, 502, r.text);
					assert.equal(r.error.code, "upstream_error");
					assert.match(r.error.message, /JSON/);
				});
			}
		}

		it("text is the default", async () => {
			const { upstream } = await good((m) => m,
			    { response_format: { type: "text" } });

			assert.equal(upstream.body.text?.format?.schema, undefined);
		});
	});

	describe("effort and verbosity", () => {
		for (const effort of ["low", "high"]) {
			it(`reasoning_effort ${effort}`, async () => {
				const { upstream } = await good((m) => m,
				    { reasoning_effort: effort });

				assert.equal(upstream.body.reasoning.effort, effort);
			});
		}
		for (const verbosity of ["low", "high"]) {
			it(`verbosity ${verbosity}`, async () => {
				const { upstream } = await good((m) => m, { verbosity });

				assert.equal(upstream.body.text.verbosity, verbosity);
			});
		}
	});

	describe("stop", () => {
		/* answer, stop, what is left */
		const rows = [
			["one two three", "two", "one "],
			["one two three", ["three", "two"], "one "],
			["one two three", ["none"], "one two three"],
			["aaab", "ab", "aa"],
			["é€😀x", "😀", "é€"],
			["stop here", "stop", ""],
		];
		for (const [text, stop, left] of rows) {
			it(`${JSON.stringify(stop)} in ${text}`, async () => {
				const { message, json } = await good(
				    (m) => `${m} SIM: text=${quoted(text)}`, { stop });

				assert.equal(message.content, left);
				assert.equal(json.choices[0].finish_reason, "stop");
			});
		}

		it("in a stream", async () => {
			const r = await chat("SIM: text=one two three",
			    { stop: "two", stream: true });
			const [choice] = joinChunks(sseEvents(r.text).slice(0, -1));

			assert.equal(choice.content, "one ");
			assert.equal(choice.finish_reason, "stop");
		});
	});

	describe("n", () => {
		it("3 choices are 3 jobs, usage summed", async () => {
			const m = mark();
			const r = await chat(`${m} SIM: text=same`, { n: 3 });

			assert.deepEqual(r.json.choices.map((c) =>
			    [c.index, c.message.content, c.finish_reason]),
			[0, 1, 2].map((i) => [i, "same", "stop"]));
			assert.equal(world.sim.requestsWith(m).length, 3);
			assert.equal(r.json.usage.prompt_tokens, 33);
			assert.equal(r.json.usage.completion_tokens, 21);
			assert.equal(r.json.usage.total_tokens, 54);
		});

		it("one that fails fails the request", async () => {
			const r = await chat("SIM: status=500", { n: 2 });

			assert.equal(r.status, 502);
		});
	});

	describe("usage", () => {
		it("is Codex's numbers", async () => {
			const r = await chat("SIM: text=x;usage=1234,567,89,12");

			assert.deepEqual(r.json.usage, { prompt_tokens: 1234,
				completion_tokens: 89, total_tokens: 1323,
				prompt_tokens_details: { cached_tokens: 567 },
				completion_tokens_details: { reasoning_tokens: 12 } });
		});

		it("comes in a stream only when asked for", async () => {
			const plain = await chat("SIM: text=x", { stream: true });
			const off = await chat("SIM: text=x", { stream: true,
				stream_options: { include_usage: false } });

			for (const r of [plain, off])
				assert.doesNotMatch(r.text, /"usage"/);
		});
	});

	describe("the answer", () => {
		it("reasoning becomes reasoning_content", async () => {
			const { message } = await good(
			    (m) => `${m} SIM: text=ok;reasoning=because`);

			assert.equal(message.content, "ok");
			assert.equal(message.reasoning_content, "because");
		});

		it("of several messages the last is the answer", async () => {
			const { message } = await good((m) => `${m} SIM: messages=3`);

			assert.equal(message.content, "m3");
			assert.match(message.reasoning_content, /m1[^]*m2/);
		});

		it("commentary comes before it and is none of it", async () => {
			const { message } = await good((m) =>
			    `${m} SIM: commentary=looking;text=found;final`);

			assert.equal(message.content, "found");
			assert.equal(message.reasoning_content, "looking");
		});

		it("UTF-8 of all widths", async () => {
			const { message } = await good((m) => `${m} SIM: utf8`);

			assert.equal(message.content, "aé€😀 bñ漢🦊");
		});

		it("one of 1 MB", async () => {
			const { message } = await good((m) =>
			    `${m} SIM: big=1000000`);

			assert.equal(message.content, "x".repeat(1000000));
		});

		it("broken off at the token limit: finish_reason length",
		    async () => {
			const fields = [{}, { stream: true }];
			const [plain, stream] = await Promise.all(fields.map((f) =>
			    chat("SIM: text=half;incomplete=max_output_tokens", f)));

			assert.equal(plain.status, 200, plain.text);
			assert.equal(plain.json.choices[0].finish_reason, "length");
			assert.equal(plain.json.choices[0].message.content, "half");
			assert.equal(joinChunks(sseEvents(stream.text)
			    .slice(0, -1))[0].finish_reason, "length");
		});

		it("broken off by the content filter: content_filter",
		    async () => {
			const r = await chat(
			    "SIM: text=half;incomplete=content_filter");

			assert.equal(r.json.choices[0].finish_reason,
			    "content_filter");
		});
	});

	describe("ignored fields", () => {
		it("are accepted and change nothing", async () => {
			const { message } = await good((m) => `${m} SIM: text=ok`, {
				temperature: 0.3, top_p: 0.9, max_tokens: 5,
				max_completion_tokens: 5, frequency_penalty: 1,
				presence_penalty: 1, seed: 7, user: "u", store: true,
				metadata: { other: "x" }, logit_bias: { 5: 1 },
				prediction: { type: "content", content: "x" },
				service_tier: "auto", logprobs: false,
				modalities: ["text"], unheard_of: { of: [1] },
				stop: null, tools: null, response_format: null,
				reasoning_effort: null, n: null });

			assert.equal(message.content, "ok");
		});
	});

	describe("refused fields", () => {
		const tool = { type: "function", function: { name: "f",
			parameters: { type: "object", properties: {} } } };
		/* fields, param, what the message must name */
		const rows = [
			[{ tools: [tool] }, "tools", /app-server/],
			[{ tools: [tool], tool_choice: "auto" }, "tools",
				/app-server/],
			[{ tool_choice: "auto" }, "tool_choice", /app-server/],
			[{ parallel_tool_calls: true }, "parallel_tool_calls",
				/app-server/],
			[{ functions: [tool.function] }, "tools", /app-server/],
			[{ logprobs: true }, "logprobs", /logprobs/],
			[{ logprobs: true, top_logprobs: 2 }, "logprobs", /logprobs/],
			[{ modalities: ["text", "audio"] }, "modalities", /text/],
		];
		for (const [fields, param, text] of rows) {
			it(JSON.stringify(fields), async () => {
				const r = await chat("x", fields);

				assert.equal(r.status, 400);
				assert.equal(r.error.type, "invalid_request_error");
				assert.equal(r.error.code, "unsupported_parameter");
				assert.equal(r.error.param, param);
				assert.match(r.error.message, text);
			});
		}
	});
});

describe("metadata.cwd", () => {
	const root = fs.mkdtempSync(path.join(fs.realpathSync("/var/tmp"),
	    "codex-api-proxy-e2e-"));
	const inside = path.join(root, "allowed/in side");
	const outside = path.join(root, "outside");

	for (const dir of [inside, outside])
		fs.mkdirSync(dir, { recursive: true });
	fs.symlinkSync(outside, path.join(root, "allowed/link-out"));
	fs.symlinkSync(inside, path.join(root, "allowed/link-in"));
	fs.writeFileSync(path.join(root, "allowed/file"), "");

	const world = realCodex({ before, after }, { args: ["--model", "gpt-5.5",
		"--allowed-root", path.join(root, "allowed")] });

	after(() => fs.rmSync(root, { recursive: true }));

	// The directory in which the agent's own command runs.
	async function pwd(fields) {
		const call = JSON.stringify({ cmd: "pwd; touch stain", login: false });
		const r = await world.proxy.chat(
		    `SIM: tool=exec_command:${JSON.stringify(call)}`, fields);

		assert.equal(r.status, 200, r.text);
		return r.json.choices[0].message.content;
	}

	/* cwd, the directory that it means */
	const rows = [[inside, inside],
		[path.join(root, "allowed/link-in"), inside],
		[path.join(inside, "../in side/."), inside]];
	for (const [cwd, real] of rows) {
		it(`${cwd.slice(root.length)} is where the agent is`, async () => {
			const said = await pwd({ metadata: { cwd } });

			assert.ok(said.split(/\n|\\n/).includes(real), said);
			assert.deepEqual(fs.readdirSync(real), [],
			    "the sandbox lets nothing be written");
		});
	}

	it("without one it is the default", async () => {
		const said = await pwd({});

		assert.match(said, /\.codex-api-proxy\/workspace/);
	});

	/* cwd, what is wrong */
	const bad = [[outside, "another tree"], ["/", "above the root"],
		[path.join(root, "allowed/link-out"), "a symlink out"],
		[path.join(root, "allowed/../outside"), "dots"],
		[path.join(root, "allowed/none"), "not there"],
		[path.join(root, "allowed/file"), "no directory"],
		[root + "/allowed-not", "a longer name"],
		["allowed", "relative"], ["", "empty"]];
	for (const [cwd, why] of bad) {
		it(`${why} is 400 cwd_not_allowed`, async () => {
			const r = await world.proxy.chat("x", { metadata: { cwd } });

			assert.equal(r.status, 400, r.text);
			assert.equal(r.error.code, "cwd_not_allowed");
			assert.equal(r.error.param, "metadata.cwd");
		});
	}
});
