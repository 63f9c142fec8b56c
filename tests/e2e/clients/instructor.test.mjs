// Instructor: @instructor-ai/instructor, in each of its modes. It reads the
// schemas of zod 3 alone.
import Instructor from "@instructor-ai/instructor";
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import OpenAI from "openai";
import { z } from "zod/v3";
import { client } from "../lib/client.mjs";
import { mark, realCodex } from "../lib/proxy.mjs";

const schema = z.object({ a: z.number(), b: z.array(z.string()) });
const good = '{"a":1,"b":["x"]}';
const text = `text=${JSON.stringify(good)}`;

// Where the model is told of the schema.
const ofFormat = (body) => body.text.format.schema;
const ofMessage = (body) => JSON.parse(/json schema: (.*)/.exec(
    body.input.map((i) => i.content[0].text).join("\n"))[1]);

/* mode, what the model says, the schema as it is told */
const rows = [
	["TOOLS", text, ofFormat], // the call is forced by its schema
	["JSON", text, ofMessage],
	["JSON_SCHEMA", text, ofFormat],
	["MD_JSON", `text=${JSON.stringify("```json\n" + good + "\n```")}`,
		ofMessage],
];

describe(client("@instructor-ai/instructor"), () => {
	const world = realCodex({ before, after },
	    { engine: "auto", args: ["--model", "gpt-5.5"] });
	const create = (mode, content, fields) => Instructor({ mode,
		client: new OpenAI({ apiKey: "none", maxRetries: 0,
			baseURL: `${world.proxy.url}/v1` }) })
	    .chat.completions.create({ model: "codex-local",
		messages: [{ role: "user", content }],
		response_model: { schema, name: "answer" }, ...fields });

	for (const [mode, says, told] of rows) {
		it(`mode ${mode}`, async () => {
			const m = mark();
			const { _meta, ...r } = await create(mode,
			    `${m} SIM: ${says}`);

			assert.deepEqual(r, { a: 1, b: ["x"] });
			assert.equal(_meta.usage.total_tokens, 18);
			const { body } = await world.sim.request(m);

			assert.deepEqual(told(body).properties, {
				a: { type: "number" },
				b: { type: "array", items: { type: "string" } } });
		});
	}

	// It cannot read its own MD_JSON in a stream.
	for (const [mode, says] of rows.filter(([m]) => m !== "MD_JSON")) {
		it(`mode ${mode} in a stream`, async () => {
			let last;

			for await (const part of await create(mode,
			    `SIM: ${says};split=3`, { stream: true }))
				last = part;
			assert.deepEqual([last.a, last.b], [1, ["x"]]);
		});
	}
});
