// A child process with its output collected; always ended by its pid.
import { spawn } from "node:child_process";

const living = new Set();

process.on("exit", () => {
	for (const child of living)
		child.kill("SIGKILL");
});

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
