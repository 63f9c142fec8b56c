// The program with a listening socket that a service manager has opened.
import net from "node:net";
import { Child } from "./child.mjs";
import { fakeCodex, proxyBinary } from "./env.mjs";
import { cleanEnv } from "./proxy.mjs";
import { until } from "./wait.mjs";

// As systemd does it: descriptor 3, and the pid of the program.
export async function startPassed(home, args = []) {
	const server = net.createServer();

	await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address();
	const child = new Child("/bin/sh", ["-c",
		'LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" start --foreground "$@"',
		proxyBinary, ...args], {
		env: cleanEnv(home, {
			CODEX_PROXY_CODEX_BIN: fakeCodex,
			CODEX_PROXY_CODEX_CONFIGS: 'model_provider="sim"',
		}),
		stdio: ["ignore", "pipe", "pipe", server._handle.fd],
	});

	await until(() => child.stderr.includes('"listening"'),
	    () => `it to listen: ${child.stderr}`);
	server.close();
	return { child, port };
}
