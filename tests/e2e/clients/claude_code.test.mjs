// Claude Code: the npm package @anthropic-ai/claude-code
import { describeAgent } from "../lib/agent.mjs";

describeAgent("@anthropic-ai/claude-code", {
	upstream: "Write",
	read: (file) => `tool=Read:${JSON.stringify({ file_path: file })}`,
	write: (file, content) =>
		`tool=Write:${JSON.stringify({ file_path: file, content })}`,
	run: (agent, url, prompt) => agent.run(["claude", "-p", "--allowedTools",
		"Read,Write"], { input: prompt, env: {
		ANTHROPIC_BASE_URL: url.replace(/\/v1$/, ""),
		ANTHROPIC_AUTH_TOKEN: "none",
		CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1" } }),
});
