// Claude Code: the npm package @anthropic-ai/claude-code
import { describeAgent } from "../lib/agent.mjs";
import { claude } from "../lib/claude.mjs";

describeAgent("@anthropic-ai/claude-code", {
	upstream: "Write",
	read: (file) => `tool=Read:${JSON.stringify({ file_path: file })}`,
	write: (file, content) =>
		`tool=Write:${JSON.stringify({ file_path: file, content })}`,
	edit: (file_path, old_string, new_string) => `tool=Edit:${
		JSON.stringify({ file_path, old_string, new_string })}`,
	run: (agent, url, prompt) => agent.run(...claude(agent, url, prompt)),
});
