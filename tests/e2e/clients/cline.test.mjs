// cline: the npm package cline
import net from "node:net";
import { before } from "node:test";
import { describeAgent } from "../lib/agent.mjs";

// It gives models with "codex" in their name apply_patch to write with, which
// is a name of Codex's own: the model knows it by another.
const patch = (file, content) => ["*** Begin Patch", `*** Add File: ${file}`,
	`+${content}`, "*** End Patch"].join("\n");

const env = { CLINE_NO_AUTO_UPDATE: "1" };

// It starts a server of its own, by default on a port that others may have.
before(async () => {
	const server = net.createServer();

	await new Promise((resolve) =>
	    server.listen(0, "127.0.0.1", resolve));
	env.CLINE_HUB_PORT = `${server.address().port}`;
	await new Promise((resolve) => server.close(resolve));
});

const cline = (provider, model) => describeAgent("cline", {
	what: provider,
	upstream: "fn__apply_patch",
	read: (file) => "tool=read_files:" +
		JSON.stringify({ files: [{ path: file }] }),
	write: (file, content) => "tool=fn__apply_patch:" +
		JSON.stringify({ input: patch(file, content) }),
	configure: (agent, url) => agent.run(["cline", "auth",
		"--provider", provider, "--apikey", "none",
		"--modelid", model, "--baseurl", url], { env }),
	run: (agent, url, prompt) => agent.run(["cline", "--auto-approve", "true",
		"-P", provider, "-m", model, prompt], { env }),
});

cline("openai-compatible", "codex-local");
cline("openai-native", "gpt-5.5"); // responses
