// pi: the npm package @mariozechner/pi-coding-agent
import { describeAgent } from "../lib/agent.mjs";

const pi = (api, base = (url) => url) => describeAgent("@mariozechner/pi-coding-agent", {
	what: api,
	upstream: "write",
	read: (file) => `tool=read:${JSON.stringify({ path: file })}`,
	write: (file, content) =>
		`tool=write:${JSON.stringify({ path: file, content })}`,
	edit: (path, oldText, newText) => `tool=edit:${JSON.stringify({ path,
		edits: [{ oldText, newText }] })}`,
	configure: (agent, url) =>
		agent.configure(".pi/agent/models.json", { providers: { local: {
			baseUrl: base(url), api, apiKey: "none",
			models: [{ id: "codex-local" }] } } }),
	run: (agent, url, prompt) => agent.run(["pi", "--provider", "local",
		"--model", "codex-local", "-p", prompt]),
});

pi("openai-completions");
pi("openai-responses");
pi("anthropic-messages", (url) => url.replace(/\/v1$/, ""));
