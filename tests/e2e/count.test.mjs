// The estimate of tokens, against the tokenizer whose counts it estimates: of
// the texts in texts/, of files of this repository, and of what is made here;
// its weights were fitted to others (src/conversation/size_weights.h).
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { e2eDir } from "./lib/env.mjs";
import { fakeWorld } from "./lib/proxy.mjs";

const root = path.resolve(e2eDir, "../..");
const read = (file) => fs.readFileSync(file, "utf8");
const BOUND = 0.15;

// All files of a folder of the repository with this ending, as one text.
function files(folder, ending) {
	const dir = path.join(root, folder);

	return fs.readdirSync(dir).filter((f) => f.endsWith(ending)).sort()
	    .map((f) => read(path.join(dir, f))).join("\n");
}

// Bytes that look random and are the same in every run.
const noise = (n) => Buffer.concat(Array.from({ length: n }, (_, i) =>
    createHash("sha256").update(`noise ${i}`).digest()));

const rows = (n, row) => Array.from({ length: n }, (_, i) => row(i)).join("\n");

const made = {
	"numbers": rows(200, (i) => `${i},${i * i * 7919},${(i * 0.618).toFixed(4)}`),
	"base64": noise(60).toString("base64"),
	"hex": rows(60, (i) => noise(i + 1).subarray(32 * i).toString("hex")),
	"camelCase": rows(60, (i) => ["readRequestBody", "HttpHeaderParser",
		"maxRetryCount", "isUserLoggedIn", "toUpperCase", "JSONDecoder",
		"parse_user_name", "MAX_BUFFER_SIZE"][i % 8] + "();"),
	"white space": rows(120, (i) => `${" ".repeat(i % 40)}item${
	    " ".repeat(30 - i % 17)}${i}${"\t".repeat(i % 5)}|  \n`),
	"JSON, indented": JSON.stringify(JSON.parse(read(path.join(root,
	    "tests/e2e/package-lock.json"))).packages, null, 2)
	    .replaceAll(/"integrity".*\n/g, ""),
	"JSON, compact": JSON.stringify(rows(40, (i) => i).split("\n").map((i) =>
	    ({ id: Number(i), name: `item ${i}`, price: i / 4, tags: ["a", "new"],
		stock: { here: i % 3 === 0, count: null } }))),
};

const ofTexts = Object.fromEntries(fs.readdirSync(path.join(e2eDir, "texts"))
    .map((f) => [path.parse(f).name, read(path.join(e2eDir, "texts", f))]));

const ofFiles = {
	"documents": files("doc", ".md"),
	"C": files("src/api", ".c"),
	"C headers": files("src/conversation", ".h")
	    .replaceAll(/^\t.*\d, .*\n/gm, ""),
	"Python": files("tests/tree", ".py") + read(path.join(root,
	    "tests/tree/check_layers")),
	"JavaScript": files("tests/e2e/lib", ".mjs"),
	"shell": read(path.join(e2eDir, "run")),
};

describe("counting tokens", () => {
	const world = fakeWorld({ before, after });
	const ask = (body) => world.proxy.post("/v1/responses/input_tokens", body);
	const count = async (input) => {
		const r = await ask({ model: "codex-local", input });

		assert.equal(r.status, 200, r.text);
		assert.equal(r.json.object, "response.input_tokens");
		return r.json.input_tokens;
	};

	it("says how many, and has it asked nobody", async () => {
		const was = await world.proxy.metrics();
		const { json, status } = await ask({ input: "Good morning!" });
		const is = await world.proxy.metrics();

		assert.equal(status, 200);
		assert.deepEqual(json, { object: "response.input_tokens",
			input_tokens: json.input_tokens });
		assert.ok(json.input_tokens >= 3 && json.input_tokens < 20);
		assert.equal(is.requests_total, was.requests_total);
		assert.deepEqual(is.tokens, was.tokens);
		assert.deepEqual(world.proxy.calls(), []);
	});

	it("counts instructions, tools, images and formats", async () => {
		const bare = { input: "Good morning!" };
		const picture = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB" +
		    "CAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
		const parameters = { type: "object", additionalProperties: false,
			required: ["city"], properties: { city: { type: "string" } } };
		const n = async (body) => (await ask(body)).json.input_tokens;
		const least = await n(bare);

		for (const [more, tokens] of [
			[{ instructions: "Answer in one short sentence." }, 6],
			[{ tools: [{ type: "function", name: "weather", parameters,
				strict: true, description: "The weather in a city" }] },
			20],
			[{ text: { format: { type: "json_schema", name: "answer",
				strict: true, schema: parameters } } }, 15],
			[{ input: [{ role: "user", content: [
				{ type: "input_text", text: "Good morning!" },
				{ type: "input_image", image_url: picture }] }] }, 255],
		]) {
			const got = await n({ ...bare, ...more });

			assert.ok(got >= least + tokens, `${JSON.stringify(more)}: ${
			    got} after ${least}`);
			assert.ok(got < least + 2 * tokens + 20, `${got}`);
		}
	});

	it("counts what is referred to", async () => {
		const made = await world.proxy.post("/v1/conversations", { items: [
			{ type: "message", role: "user", content: "word ".repeat(500) }] });
		const n = (await ask({ input: "hi",
			conversation: made.json.id })).json.input_tokens;
		const lost = await ask({ input: "hi",
			previous_response_id: "resp_none" });

		assert.ok(n > 500 && n < 600, `${n}`);
		assert.equal(lost.status, 400);
		assert.equal(lost.json.error.param, "previous_response_id");
	});

	it("refuses what has no such form", async () => {
		const bad = await ask({ input: 7 });

		assert.equal(bad.status, 400);
		assert.equal(bad.json.error.param, "input");
		assert.equal((await ask("{")).status, 400);
		assert.equal((await world.proxy.get("/v1/responses/input_tokens"))
		    .status, 405);
	});

	// Over what is read on the thread of HTTP itself.
	it("counts large bodies", async () => {
		const n = await count("Hello world! ".repeat(100000));

		assert.ok(Math.abs(n / 300000 - 1) < BOUND, `${n}`);
	});

	// It is the same estimate, whatever the API.
	const countMessage = async (content) => {
		const r = await world.proxy.post("/v1/messages/count_tokens",
		    { model: "claude-opus-5-5",
			messages: [{ role: "user", content }] });

		assert.equal(r.status, 200, r.text);
		return r.json.input_tokens;
	};

	// What stands around one message is in none of the counts.
	it("is within 15 % of o200k_base", async (t) => {
		const around = await count("a") - 1;
		const bad = [];

		for (const [name, text] of Object.entries({ ...ofTexts, ...ofFiles,
			...made })) {
			const real = countTokens(text, { allowedSpecial: "all" });
			const estimate = await count(text) - around;
			const error = estimate / real - 1;
			const row = [name, real, estimate,
				`${(100 * error).toFixed(1)} %`].join(" | ");

			assert.equal(await countMessage(text), estimate + around);
			t.diagnostic(row);
			if (Math.abs(error) > BOUND)
				bad.push(row);
		}
		assert.deepEqual(bad, []);
	});
});

describe("counting tokens with a key set", () => {
	const world = fakeWorld({ before, after }, { args: ["--api-key", "k1"] });
	const ask = (headers) => world.proxy.post("/v1/responses/input_tokens",
	    { input: "hello" }, headers);

	it("needs the key", async () => {
		assert.equal((await ask({})).status, 401);
		assert.equal((await ask({ Authorization: "Bearer k1" })).status, 200);
	});
});
