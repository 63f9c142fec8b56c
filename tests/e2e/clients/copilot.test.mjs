// GitHub Copilot CLI: the npm package @github/copilot, under each name that
// makes it another client.
import { after } from "node:test";
import { describeAgent } from "../lib/agent.mjs";
import { makeDir, removeDir } from "../lib/env.mjs";

// It unpacks itself there, which takes seconds.
const cache = makeDir("copilot");

after(() => removeDir(cache));

// A freeform tool, of a name that Codex uses itself: to the model it is a
// function of another name.
const patched = (file, content) => "tool=fn__apply_patch:" + JSON.stringify({
	input: ["*** Begin Patch", `*** Add File: ${file}`, `+${content}`,
		"*** End Patch", ""].join("\n") });
const created = (file, content) =>
	`tool=create:${JSON.stringify({ path: file, file_text: content })}`;

/* model, API, the tool that writes, how it is called */
const rows = [
	["codex-local", "completions", "create", created],
	["gpt-5.5", "completions", "fn__apply_patch", patched],
	["gpt-5.5", "responses", "fn__apply_patch", patched],
	["local", "completions", "create", created],
];

for (const [model, api, upstream, write] of rows) {
	describeAgent("@github/copilot", {
		what: `${model} by ${api}`,
		args: ["--model-alias", "local=codex-local"],
		upstream,
		read: (file) => `tool=view:${JSON.stringify({ path: file })}`,
		write,
		run: (agent, url, prompt) => agent.run(["copilot", "-p", prompt,
			"--allow-all-tools"], { env: {
			COPILOT_PROVIDER_BASE_URL: url, COPILOT_OFFLINE: "true",
			COPILOT_PROVIDER_WIRE_API: api,
			COPILOT_MODEL: model, XDG_CACHE_HOME: cache } }),
	});
}
