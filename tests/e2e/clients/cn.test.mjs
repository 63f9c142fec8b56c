// Continue's cn: the npm package @continuedev/cli
import { describeAgent } from "../lib/agent.mjs";

// It asks for responses where the name is one of OpenAI's newest.
const cn = (model) => describeAgent("@continuedev/cli", {
	what: model,
	upstream: "Write",
	read: (file) => `tool=Read:${JSON.stringify({ filepath: file })}`,
	write: (file, content) =>
		`tool=Write:${JSON.stringify({ filepath: file, content })}`,
	configure: (agent, url) => agent.configure("config.yaml", {
		name: "local", version: "1.0.0", schema: "v1", models: [{
			name: model, model,
			provider: "openai", apiBase: url, apiKey: "none",
			roles: ["chat"], capabilities: ["tool_use"] }] }),
	run: (agent, url, prompt) => agent.run(["cn", "--config",
		agent.inHome("config.yaml"), "--auto", "-p", prompt],
	    { env: { CONTINUE_TELEMETRY_ENABLED: "0" } }),
});

cn("codex-local");
cn("gpt-5.5");
