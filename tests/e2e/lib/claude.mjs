// Claude Code without a terminal: the words and the options for Agent.start and
// Agent.run. `args` and `env` are added to them.
export const claude = (agent, url, prompt, { args = [], env = {} } = {}) => [
	["claude", "-p", "--allowedTools", "Read,Write,Edit", ...args],
	{ input: prompt, env: { ANTHROPIC_BASE_URL: url.replace(/\/v1$/, ""),
		ANTHROPIC_AUTH_TOKEN: "none",
		CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
		// What subagents say is kept in files there.
		CLAUDE_CODE_TMPDIR: agent.dir, ...env } }];
