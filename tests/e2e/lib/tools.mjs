// Programs that Debian packages bring, and the examples in contrib/ for them.
import fs from "node:fs";
import path from "node:path";
import { Child } from "./child.mjs";
import { e2eDir, slack } from "./env.mjs";
import { within } from "./wait.mjs";

// A user's PATH leaves out where daemons are.
export const toolEnv = { ...process.env,
	PATH: `${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin` };

export const topDir = path.resolve(e2eDir, "../..");
export const contribFile = (name) => path.join(topDir, "contrib", name);
export const contrib = (name) => fs.readFileSync(contribFile(name), "utf8");

export const spawnTool = (name, args, options = {}) =>
	new Child(name, args, { env: toolEnv, ...options });

// Runs one to its end: {code, said}.
export async function tool(name, args, options = {}) {
	const child = spawnTool(name, args, options);
	const { code } = await within(child.exited, name, 60000 * slack)
	    .finally(() => child.kill("SIGKILL"));

	return { code, said: child.stdout + child.stderr };
}

// The text with each [from, to] put in its place; each must be there.
export function adapt(text, changes) {
	for (const [from, to] of changes) {
		if (!text.includes(from))
			throw new Error(`there is no ${from} in ${text}`);
		text = text.replaceAll(from, to);
	}
	return text;
}
