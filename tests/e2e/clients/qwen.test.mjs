// qwen-code: the npm package @qwen-code/qwen-code
import { describeAgent } from "../lib/agent.mjs";

describeAgent("@qwen-code/qwen-code", {
	upstream: "write_file",
	read: (file) => `tool=read_file:${JSON.stringify({ file_path: file })}`,
	write: (file, content) => "tool=write_file:" +
		JSON.stringify({ file_path: file, content }),
	run: (agent, url, prompt) => agent.run(
	    ["qwen", "--auth-type", "openai", "--yolo", "-p", prompt],
	    { env: { OPENAI_API_KEY: "none", OPENAI_BASE_URL: url,
		OPENAI_MODEL: "codex-local" } }),
});
