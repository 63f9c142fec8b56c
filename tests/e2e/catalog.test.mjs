// What the catalog says that a model cannot do: images and efforts, on both
// engines, with the models that the stand-in has for it.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { image, red, text } from "./lib/items.mjs";
import { describeEngines, fakeWorld } from "./lib/proxy.mjs";

describeEngines("what a model cannot do", (engine) => {
	const world = fakeWorld({ before, after },
	    { engine, env: { FAKE_CODEX_LOG_RPC: "1" } });
	const seen = [{ role: "user", content: "before" },
		{ role: "user", content: [text("what?"), image(red)] }];

	// How often Codex was asked for an answer.
	const asked = () => (engine === "exec" ? world.proxy.calls()
	    : world.proxy.rpc("turn/start")).length;

	// The effort that it was last asked for; null: none.
	function effort() {
		if (engine !== "exec")
			return world.proxy.rpc("turn/start").at(-1)
			    .params.effort ?? null;
		const values = world.proxy.calls().at(-1).argv.map((a) =>
		    /^model_reasoning_effort="(.*)"$/.exec(a)?.[1])
		    .filter((v) => v !== undefined);

		assert.ok(values.length <= 1, `once: ${values}`);
		return values[0] ?? null;
	}

	async function refused(content, fields, param, code, words) {
		for (const stream of [false, true]) {
			const before = asked();
			const r = await world.proxy.chat(content,
			    { ...fields, stream });

			assert.equal(r.status, 400, r.text);
			assert.equal(r.error.type, "invalid_request_error");
			assert.equal(r.error.code, code);
			assert.equal(r.error.param, param);
			assert.match(r.error.message, words);
			assert.equal(asked(), before, "Codex is not asked");
		}
	}

	async function answered(content, fields) {
		const before = asked();
		const r = await world.proxy.chat(content, fields);

		assert.equal(r.status, 200, r.text);
		assert.equal(r.json.choices[0].message.content, "pong");
		assert.equal(asked(), before + 1);
	}

	describe("images", () => {
		it("are refused for a model of text alone", async () => {
			await refused(seen, { model: "text-only" },
			    "messages[1].content", "unsupported_parameter",
			    /text-only.*images/);
		});
		it("text is not", async () => {
			await answered("x", { model: "text-only" });
		});
		it("go to a model that takes them", async () => {
			await answered(seen, { model: "low-medium" });
		});
	});

	describe("a model without efforts", () => {
		for (const reasoning_effort of ["low", "high"]) {
			it(`${reasoning_effort} is refused`, async () => {
				await refused("x", { model: "effortless",
					reasoning_effort }, "reasoning_effort",
				"unsupported_parameter", /effortless.*effort/);
			});
		}
		it("is asked for none", async () => {
			for (const reasoning_effort of [undefined, "none"]) {
				await answered("x", { model: "effortless",
					reasoning_effort });
				assert.equal(effort(), null);
			}
		});
	});

	describe("a model of low and medium", () => {
		/* asked for, what Codex is asked for */
		const rows = [["none", "low"], ["minimal", "low"], ["low", "low"],
			["medium", "medium"], ["high", "medium"],
			["xhigh", "medium"], ["max", "medium"],
			["ultra", "medium"], [undefined, null]];
		for (const [reasoning_effort, nearest] of rows) {
			it(`${reasoning_effort} becomes ${nearest}`, async () => {
				await answered("x", { model: "low-medium",
					reasoning_effort });
				assert.equal(effort(), nearest);
			});
		}
		it("a word that is no effort is refused", async () => {
			await refused("x", { model: "low-medium",
				reasoning_effort: "much" }, "reasoning_effort",
			"invalid_value", /much.*low to medium/);
		});
	});

	it("the first model of the catalog is the one that is asked",
	    async () => {
		await answered(seen, { reasoning_effort: "ultra" });
		assert.equal(effort(), "ultra");
	});
	it("a model that it does not have is Codex's to judge", async () => {
		await answered(seen, { model: "nonesuch",
			reasoning_effort: "ultra" });
		assert.equal(effort(), "ultra");
	});
});
