// A child process with its output collected; always ended by its pid.
import { spawn } from "node:child_process";
import { after } from "node:test";

const living = new Set();

function endAll() {
	for (const child of living)
		child.kill("SIGKILL");
}

// A test that failed may not have come to its end; the file still must.
after(endAll);
process.on("exit", endAll);
process.on("SIGTERM", () => process.exit(1)); // the runner's time-out

export class Child {
	constructor(file, args, options = {}) {
		this.stdout = "";
		this.stderr = "";
		this.process = spawn(file, args,
		    { stdio: ["ignore", "pipe", "pipe"], ...options });
		living.add(this.process);
		this.process.stdout.setEncoding("utf8");
		this.process.stderr.setEncoding("utf8");
		this.process.stdout.on("data", (s) => { this.stdout += s; });
		this.process.stderr.on("data", (s) => { this.stderr += s; });
		this.ended = false;
		this.exited = new Promise((resolve, reject) => {
			this.process.on("error", reject);
			this.process.on("close", (code, signal) => {
				living.delete(this.process);
				this.ended = true;
				resolve({ code, signal });
			});
		});
	}

	get pid() {
		return this.process.pid;
	}

	kill(signal = "SIGTERM") {
		if (!this.ended)
			this.process.kill(signal);
	}
}
