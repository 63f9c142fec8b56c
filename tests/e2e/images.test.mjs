// Images, on both engines: what is whole arrives, what Codex would replace by
// a sentence is refused, and what it makes smaller is as documented.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { codexOlder, newModel, plainModel } from "./lib/env.mjs";
import { bytesOf, dataUrl, gif, jpeg, makePng, png, pngSize, webp } from
    "./lib/images.mjs";
import { image, text } from "./lib/items.mjs";
import { describeEngines, mark, realCodex } from "./lib/proxy.mjs";

// Bytes with `bytes` in the place of those at `at`.
function patched(url, at, bytes) {
	const copy = bytesOf(url);

	Buffer.from(bytes).copy(copy, at);
	return copy;
}

const without = (url, n) => bytesOf(url).subarray(0, -n);
const animated = Buffer.concat([without(gif, 1), bytesOf(gif).subarray(19)]);

/* what, bytes, what the message says */
const damaged = [
	["a PNG that was cut off", without(png, 20), /too early/],
	["a PNG with a changed byte", patched(png, 45, [0]), /checksum/],
	["a PNG of no size", makePng(0, 0), /no pixels/],
	["a PNG of 3.6 gigapixels",
		makePng(60000, 60000, Buffer.alloc(20)), /64 million/],
	["a PNG of 0.5 GB when it is decoded", makePng(8000, 8000,
		Buffer.alloc(20), { depth: 16, colour: 6 }), /256 million bytes/],
	["a PNG with a profile of 300 MB", makePng(1, 1, undefined,
		{ profile: Buffer.alloc(300000000) }), /256 million bytes/],
	["a JPEG that was cut off", without(jpeg, 20), /too early/],
	["a JPEG of 4.2 gigapixels",
		patched(jpeg, 94, [0xfd, 0xe8, 0xfd, 0xe8]), /64 million/],
	["a JPEG with arithmetic codes", patched(jpeg, 90, [0xc9]), /kind/],
	["a WebP that was cut off", without(webp, 20), /too early/],
	["a WebP without an image", patched(webp, 12, "ABCD"), /too early/],
	["a GIF that was cut off", without(gif, 3), /too early/],
	["a GIF of 4.2 gigapixels", patched(gif, 6, [255, 255, 255, 255]),
		/64 million/],
	["a GIF that is animated", animated, /animated/],
	["a BMP", Buffer.from("BM" + "\0".repeat(60)), /neither/],
];

const imagesOf = (upstream) => upstream.body.input
    .flatMap((i) => [...(i.content ?? []),
	...(Array.isArray(i.output) ? i.output : [])])
    .filter((p) => p.type === "input_image").map((p) => p.image_url);

describeEngines("images", (engine) => {
	const world = realCodex({ before, after }, { engine });
	const ask = (m, ...urls) => [{ role: "user", content: [
		...urls.map(image), text(m)] }];

	for (const [what, bytes, words] of damaged) {
		for (const stream of [false, true]) {
			it(`${what}: 400, stream ${stream}`, async () => {
				const m = mark();
				const r = await world.proxy.chat([
					{ role: "user", content: "x" },
					{ role: "assistant", content: "y" },
					...ask(m, png, dataUrl(bytes))], { stream });

				assert.equal(r.status, 400, r.text);
				assert.equal(r.error.code, "invalid_image");
				assert.equal(r.error.type, "invalid_request_error");
				assert.equal(r.error.param,
				    "messages[2].content[1].image_url.url");
				assert.match(r.error.message, words);
				assert.equal(world.sim.requestsWith(m).length, 0);
			});
		}
	}

	for (const model of [plainModel, newModel]) {
		it(`${model}: base64 in lines, as MIME has it`, async () => {
			const lines = png.replace(/.{30}/g, "$&\r\n");
			const { upstream } = await world.good((m) =>
			    ask(m, ` ${lines}\n`), { model });

			assert.match(lines, /\n/);
			assert.deepEqual(imagesOf(upstream), [png]);
		});

		it(`${model}: PNG, JPEG and WebP arrive as they are`, async () => {
			const urls = [png, jpeg, webp];
			const { upstream } = await world.good((m) =>
			    ask(m, ...urls), { model });

			assert.deepEqual(imagesOf(upstream), urls);
		});

		it(`${model}: a GIF arrives as a PNG of its size`, async () => {
			const { upstream } = await world.good((m) => ask(m, gif),
			    { model });
			const [url] = imagesOf(upstream);

			assert.deepEqual(pngSize(bytesOf(url)), [1, 1]);
		});
	}

	// Pixels a side, and squares of 32 x 32: 6,000 and 10,000; on 0.154.0 and
	// 0.162.0 2,048 and 2,500; on 0.122.0 2,048.
	/* the caller's, the model's */
	const sizes = codexOlder("0.169.0") ? [[[2048, 32], [2048, 32]],
		[[2049, 32], [2048, 32]], [[1600, 1600], [1600, 1600]],
		...(codexOlder("0.154.0") ? []
		    : [[[1633, 1600], [1600, 1567]]])] :
		[[[6000, 32], [6000, 32]], [[6001, 32], [6000, 32]],
			[[3200, 3200], [3200, 3200]], [[3233, 3200], [3200, 3167]]];
	for (const [sent, got] of sizes) {
		it(`one of ${sent} has ${got} upstream`, async () => {
			const url = dataUrl(makePng(...sent));
			const { upstream } = await world.good((m) => ask(m, url));
			const [arrived] = imagesOf(upstream);

			assert.deepEqual(pngSize(bytesOf(arrived)), got);
			assert.equal(arrived === url, `${sent}` === `${got}`);
		});
	}
});

// Only a decoder sees it; app-server tells what it made of the messages.
describeEngines("whole, and yet not to be decoded", (engine) => {
	const world = realCodex({ before, after }, { engine });
	const bad = dataUrl(makePng(9, 9, Buffer.from("no deflated data")));
	const sentence =
	    "image content omitted because it could not be processed";
	const called = { role: "assistant", tool_calls: [{ id: "c",
		type: "function", function: { name: "f", arguments: "{}" } }] };
	const tools = [{ type: "function", function: { name: "f" } }];

	/* what, messages, param */
	const rows = [
		["the only image", (m) => [
			{ role: "user", content: [text(m), image(bad)] }],
		"messages[0].content[1].image_url.url"],
		["one of two", (m) => [{ role: "user",
			content: [image(png), text(m), image(bad)] }], "messages"],
		["a tool's result", (m) => [{ role: "user", content: m }, called,
			{ role: "tool", tool_call_id: "c",
				content: [text("see"), image(bad)] }],
		"messages[2].content[1].image_url.url"],
	];
	for (const model of [plainModel, newModel]) {
		for (const [what, messages, param] of rows) {
			for (const stream of [false, true]) {
				it(`${model}: ${what}, stream ${stream}`, async () => {
					const r = await world.proxy.chat(messages(mark()),
					    { model, stream, tools });

					assert.equal(r.status, 400, r.text);
					assert.equal(r.error.code, "invalid_image");
					assert.equal(r.error.param, param);
				});
			}
		}

		it(`${model}: a caller may say that sentence`, async () => {
			const { upstream } = await world.good((m) => [{ role: "user",
				content: [text(sentence), image(png), text(m)] }],
			{ model });

			assert.deepEqual(imagesOf(upstream), [png]);
		});
	}
}, ["app-server"]);
