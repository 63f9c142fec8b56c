// What both engines make of a request's fields: what the caller sends, and
// what of it arrives upstream through the real Codex. The test compatibility
// has every field once, those that are ignored or refused too.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { plainModel, reasoningTokens, withSeveralItems } from "./lib/env.mjs";
import { joinChunks, sseEvents } from "./lib/http.mjs";
import { image } from "./lib/items.mjs";
import { atOnce, describeEngines, mark, realCodex } from "./lib/proxy.mjs";

// A string of a SIM directive's value.
const quoted = (s) => JSON.stringify(s);

describeEngines("fields", (engine) => {
	const world = realCodex({ before, after }, { engine,
		args: ["--model", "gpt-5.5", ...atOnce(engine, 3)] });
	const chat = (content, fields) => world.proxy.chat(content, fields);
	const good = (content, fields) => world.good(content, fields);

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

		// Of schemas that strict mode does not take: schema, an answer that
		// keeps to it, and one that does not.
		const loose = (strict, schema) => ({ response_format: {
			type: "json_schema",
			json_schema: { name: "reply", strict, schema } } });
		const of = (properties, more) =>
			({ type: "object", properties, ...more });
		const told = [
			["an optional property", of({ title: { type: "string" },
				note: { type: "string" } }, { required: ["title"] }),
			'{"title":"x"}', '{"note":"x"}'],
			["a default", of({ stars: { type: "integer", default: 3 } }),
				"{}", '{"stars":"3"}'],
			["a map", { type: "object",
				additionalProperties: { type: "integer" } },
			'{"a":1,"b":2}', '{"a":"1"}'],
			["oneOf", of({ a: { oneOf: [{ type: "string" },
				{ type: "integer" }] } }, { required: ["a"] }),
			'{"a":1}', '{"a":null}'],
			["an array at the root", { type: "array",
				items: { type: "integer" } }, "[1,2]", '["1"]'],
			["a tuple", of({ at: { type: "array", prefixItems: [
				{ type: "number" }, { type: "string" }] } }),
			'{"at":[1,"x"]}', '{"at":["x",1]}'],
			["a maximum beyond 64 bits", of({ n: { type: "integer",
				maximum: 18446744073709551615 } }),
			'{"n":18446744073709551615}', '{"n":"1"}'],
		];
		for (const [what, schema, right, wrong] of told) {
			for (const strict of [false, undefined]) {
				it(`${what}, strict ${strict}: told, and checked`,
				    async () => {
					const fields = loose(strict, schema);
					const { upstream, message } = await good((m) =>
					    `${m} SIM: text=${quoted(right)}`, fields);
					const r = await chat(
					    `SIM: text=${quoted(wrong)}`, fields);
					const texts = upstream.body.input.flatMap(
					    (i) => (i.content ?? []).map((p) => p.text));

					assert.equal(message.content, right);
					assert.equal(upstream.body.text?.format, undefined);
					assert.ok(texts.some((t) =>
					    t.includes(JSON.stringify(schema).replace(
						"18446744073709552000", "1.8446744073709552e19"))),
					texts.join("\n"));
					assert.equal(r.status, 502, r.text);
					assert.match(r.error.message, /JSON schema/);
				});
			}
			it(`${what}, strict true: 400 with the place`, async () => {
				const r = await chat("x", loose(true, schema));

				assert.equal(r.status, 400, r.text);
				assert.equal(r.error.code, "invalid_value");
				assert.match(r.error.param,
				    /^response_format\.json_schema\.schema/);
			});
		}

		it("a keyword that demands nothing is no fault", async () => {
			const { upstream } = await good((m) =>
			    `${m} SIM: text=${quoted('{"tags":[]}')}`,
			loose(true, of({ tags: { type: "array",
				items: { type: "string" }, uniqueItems: false } },
			{ required: ["tags"], additionalProperties: false })));
			const { format } = upstream.body.text;

			assert.equal(format.strict, true);
			assert.equal(format.schema.properties.tags.uniqueItems,
			    undefined);
		});

		it("a schema beside json_object is one, and not strict",
		    async () => {
			const asked = { response_format: { type: "json_object",
				schema: of({ a: { type: "integer" } }) } };
			const { upstream, message } = await good((m) =>
			    `${m} SIM: text="{}"`, asked);
			const r = await chat(
			    `SIM: text=${quoted('{"a":"x"}')}`, asked);

			assert.match(JSON.stringify(upstream.body.input),
			    /keeps to the JSON schema/);
			assert.equal(message.content, "{}");
			assert.equal(r.status, 502, r.text);
		});

		// what the model writes, where the format is asked for in words
		const fenced = ['```json\n{"a":1}\n```', '\n```\n{"a":1}```\n',
			' {"a":1}\n\n'];
		for (const text of fenced) {
			for (const stream of [false, true]) {
				it(`${quoted(text)} is taken out, stream ${stream}`,
				    async () => {
					const r = await chat(`SIM: text=${quoted(text)}` +
					    ";split=3", { ...object, stream });
					const content = stream
					    ? joinChunks(sseEvents(r.text).slice(0, -1))[0]
						.content
					    : r.json.choices[0].message.content;

					assert.equal(r.status, 200, r.text);
					assert.equal(content, '{"a":1}');
				});
			}
		}

		it("an integer beyond 64 bits arrives as the model wrote it",
		    async () => {
			const text = '{"a":18446744073709551616}';
			const { message } = await good((m) =>
			    `${m} SIM: text=${quoted(text)}`, object);

			assert.equal(message.content, text);
		});

		it("json_object is asked for in words", async () => {
			const { upstream, message } = await good(
			    (m) => `${m} SIM: text=${json}`, object);

			assert.match(JSON.stringify(upstream.body.input),
			    /mark-[^]*JSON object/);
			assert.equal(message.content, '{"answer":"yes"}');
		});

		// The text that the model answers, how it ends, fields, and what
		// the error must say: never a part that is called an answer.
		const half = ';incomplete=max_output_tokens';
		const wrong = [
			["no JSON at all", "", object, /JSON/],
			["[1]", "", object, /JSON object/],
			['{"a":', "", object, /JSON/],
			['{"a":1', half, object, /A limit \(max_output_tokens\)/],
			['{"a":1}', half, object, /A limit \(max_output_tokens\)/],
			['{"a":1', ";cut=1", object, /disconnected/],
			["no JSON at all", "", asked, /JSON/],
			["", "", asked, /JSON/],
			['{"answer":"ye', "", asked, /JSON/],
			['{"answer":"yes"} and more', "", asked, /JSON/],
			["{}", "", asked, /\$ lacks answer/],
			['{"answer":7}', "", asked, /\$\.answer must be of type/],
			['{"answer":"yes","b":1}', "", asked, /\$ may not have b/],
			['["yes"]', "", asked, /must be of type object/],
			['{"answer":"ye', half, asked, /A limit \(max_output_tokens\)/],
			['{"answer":"ye', ";cut=1", asked, /disconnected/],
		];
		for (const [text, end, fields, words] of wrong) {
			for (const stream of [false, true]) {
				it(`${text}${end} for ${fields.response_format.type} ` +
				    `is 502, stream ${stream}`, async () => {
					const r = await chat(`SIM: text=${quoted(text)}${end}`,
					    { ...fields, stream });
					// app-server has sent the text by then.
					const inBand = engine !== "exec" && stream &&
					    text !== "";
					const events = inBand ? sseEvents(r.text) : [];
					const error = inBand ? events.at(-1).error : r.error;

					assert.equal(r.status, inBand ? 200 : 502, r.text);
					assert.equal(error.code, "upstream_error");
					assert.match(error.message, words);
					assert.doesNotMatch(r.text, /\[DONE\]/);
					for (const e of events.slice(0, -1))
						assert.equal(e.choices[0].finish_reason, null);
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
		// asked for, what goes upstream: the model knows low to xhigh
		const efforts = [["minimal", "low"], ["low", "low"],
			["high", "high"], ["xhigh", "xhigh"], ["ultra", "xhigh"]];
		for (const [asked, effort] of efforts) {
			it(`reasoning_effort ${asked}: ${effort}`, async () => {
				const { upstream } = await good((m) => m,
				    { reasoning_effort: asked, model: plainModel });

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
			["one two three", ["w", "x", "y", "three"], "one t"],
			["one two three", ["x", "three", "y", "z"], "one two "],
			["one two three", ["x", "y", "z", "three"], "one two "],
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
		for (const n of [3, 8]) {
			const all = [...Array(n).keys()];
			const usage = { prompt_tokens: 10 * n,
				completion_tokens: 6 * n, total_tokens: 16 * n,
				prompt_tokens_details: { cached_tokens: 4 * n },
				completion_tokens_details: {
					reasoning_tokens: reasoningTokens(2 * n) } };

			it(`${n} choices are ${n} jobs, usage summed`, async () => {
				const m = mark();
				const r = await chat(
				    `${m} SIM: text=same;usage=10,4,6,2`, { n });

				assert.equal(r.status, 200, r.text);
				assert.deepEqual(r.json.choices.map((c) =>
				    [c.index, c.message.content, c.finish_reason]),
				all.map((i) => [i, "same", "stop"]));
				assert.equal(world.sim.requestsWith(m).length, n);
				assert.deepEqual(r.json.usage, usage);
			});

			it(`${n} in a stream, usage summed`, async () => {
				const r = await chat("SIM: text=same;usage=10,4,6,2",
				    { n, stream: true,
					stream_options: { include_usage: true } });
				const events = sseEvents(r.text);

				assert.equal(r.status, 200, r.text);
				assert.equal(events.pop(), "[DONE]");
				assert.deepEqual(events.pop().usage, usage);
				assert.deepEqual(joinChunks(events).map((c) =>
				    [c.content, c.finish_reason]),
				all.map(() => ["same", "stop"]));
			});
		}

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
				completion_tokens_details: {
					reasoning_tokens: reasoningTokens(12) } });
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
		withSeveralItems(it)("reasoning becomes reasoning_content", async () => {
			const { message } = await good(
			    (m) => `${m} SIM: text=ok;reasoning=because`);

			assert.equal(message.content, "ok");
			assert.equal(message.reasoning_content, "because");
		});

		withSeveralItems(it)("commentary comes before it and is none of it",
		    async () => {
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
});
