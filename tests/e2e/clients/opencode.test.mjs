// opencode: the npm package opencode-ai
import { describeAgent } from "../lib/agent.mjs";

const config = (url, npm) => ({
	model: "local/codex-local",
	provider: { local: { npm,
		options: { baseURL: url, apiKey: "none" },
		models: { "codex-local": {} } } },
	autoupdate: false, share: "disabled", snapshot: false,
});

const opencode = (npm) => describeAgent("opencode-ai", {
	what: npm,
	upstream: "write",
	read: (file) => `tool=read:${JSON.stringify({ filePath: file })}`,
	write: (file, content) =>
		`tool=write:${JSON.stringify({ filePath: file, content })}`,
	edit: (filePath, oldString, newString) => `tool=edit:${
		JSON.stringify({ filePath, oldString, newString })}`,
	// It would put quotation marks around a prompt in the command line. It
	// asks for a title at the same time, unless it is given one.
	run: (agent, url, prompt, alone) => agent.run(
	    ["opencode", "run", ...alone ? ["--title", "none"] : []], {
		input: prompt,
		env: { OPENCODE_CONFIG_CONTENT: JSON.stringify(config(url, npm)),
			OPENCODE_DISABLE_MODELS_FETCH: "1",
			OPENCODE_DISABLE_LSP_DOWNLOAD: "1" } }),
});

opencode("@ai-sdk/openai-compatible");
opencode("@ai-sdk/openai"); // responses
opencode("@ai-sdk/anthropic");
