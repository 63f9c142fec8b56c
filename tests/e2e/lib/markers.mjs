// A home and a working directory with a marker text wherever Codex might pick
// something up.
import fs from "node:fs";
import path from "node:path";

const skill = (name) => `---\nname: marker-${name}\n` +
    `description: marker-${name} is a skill\n---\nmarker-${name}\n`;

/* file below HOME, its contents; each has a marker of its own */
export const userFiles = [
	[".codex/config.toml", 'developer_instructions = "marker-config"\n' +
	    'instructions = "marker-config2"\n' +
	    'model_reasoning_effort = "high"\n' +
	    '[mcp_servers.marker-mcp]\ncommand = "/bin/false"\n'],
	[".codex/AGENTS.md", "marker-home-agents\n"],
	[".codex/skills/one/SKILL.md", skill("codex-skill")],
	[".agents/skills/two/SKILL.md", skill("agents-skill")],
	[".codex/rules/default.rules",
		'prefix_rule(pattern = ["marker-rule"], decision = "allow")\n'],
	[".codex/prompts/three.md", "marker-prompt\n"],
	[".codex/memories/four.md", "marker-memory\n"],
	["work/AGENTS.md", "marker-cwd-agents\n"],
	["work/.codex/config.toml", 'instructions = "marker-cwd-config"\n'],
	["work/.codex/skills/five/SKILL.md", skill("cwd-skill")],
	["work/.agents/skills/six/SKILL.md", skill("cwd-agents-skill")],
	["work/notes.txt", "marker-notes\n"],
];

export function furnish(home) {
	for (const [name, text] of userFiles) {
		const file = path.join(home, name);

		fs.mkdirSync(path.dirname(file), { recursive: true });
		fs.writeFileSync(file, text);
	}
	// A working directory that is a project, so that AGENTS.md counts.
	fs.mkdirSync(path.join(home, "work/.git"));
}
