// Processes as /proc shows them.
import fs from "node:fs";

function read(file) {
	try {
		return fs.readFileSync(file);
	} catch {
		return null; // it is gone, or not ours to see
	}
}

function readLink(file) {
	try {
		return fs.readlinkSync(file);
	} catch {
		return null;
	}
}

export function allPids() {
	return fs.readdirSync("/proc").filter((n) => /^\d+$/.test(n)).map(Number);
}

// {state, ppid, pgrp, ticks, threads} or null.
export function stat(pid) {
	const text = read(`/proc/${pid}/stat`)?.toString("latin1");

	if (!text)
		return null;
	const f = text.slice(text.lastIndexOf(")") + 2).split(" ");

	return { state: f[0], ppid: Number(f[1]), pgrp: Number(f[2]),
		ticks: Number(f[11]) + Number(f[12]), threads: Number(f[17]) };
}

export function descendants(pid) {
	const parents = new Map();

	for (const p of allPids())
		parents.set(p, stat(p)?.ppid);
	const below = (p) => {
		for (let at = parents.get(p); at; at = parents.get(at)) {
			if (at === pid)
				return true;
		}
		return false;
	};
	return [...parents.keys()].filter(below);
}

export const zombiesOf = (pid) => allPids().filter((p) => {
	const s = stat(p);

	return s !== null && s.ppid === pid && s.state === "Z";
});

export const commandLine = (pid) =>
	(read(`/proc/${pid}/cmdline`)?.toString("utf8") ?? "").split("\0");

export const environ = (pid) =>
	(read(`/proc/${pid}/environ`)?.toString("utf8") ?? "")
	    .split("\0").filter((s) => s !== "");

export const exe = (pid) => readLink(`/proc/${pid}/exe`);

export function fds(pid) {
	const dir = `/proc/${pid}/fd`;
	let names = [];

	try {
		names = fs.readdirSync(dir);
	} catch {
		// gone
	}
	return names.map((n) => ({ fd: Number(n), to: readLink(`${dir}/${n}`) }))
	    .filter((f) => f.to !== null);
}

// Rows of /proc/net/NAME, as words.
const rowsOf = (name) => (read(`/proc/net/${name}`)?.toString("utf8") ?? "")
    .trim().split("\n").slice(1).map((l) => l.trim().split(/\s+/));

/*
 * Sockets of its clients that it has not closed yet: all of TCP that do not
 * listen, and of Unix sockets those that came in at a path.
 */
export function connections(pid) {
	const inodes = new Set([
		...[...rowsOf("tcp"), ...rowsOf("tcp6")]
		    .filter((r) => r[3] !== "0A").map((r) => r[9]),
		...rowsOf("unix").filter((r) => r[5] === "03" && r.length > 7)
		    .map((r) => r[6])]);

	return fds(pid).filter((f) => f.to.startsWith("socket:[") &&
	    inodes.has(f.to.slice(8, -1)));
}

// Living processes with NAME=VALUE in their environment.
export const withEnviron = (entry) => allPids().filter((p) => {
	const s = stat(p);

	return s !== null && s.state !== "Z" && environ(p).includes(entry);
});

// Living processes with this argument.
export const withArgument = (word) => allPids().filter((p) => {
	const s = stat(p);

	return s !== null && s.state !== "Z" && commandLine(p).includes(word);
});

// The most memory that it has had so far, in bytes.
export const peakRss = (pid) => 1024 * Number(/^VmHWM:\s+(\d+) kB/m.exec(
    fs.readFileSync(`/proc/${pid}/status`, "utf8"))[1]);

// Whether a living process ignores the signal with this number.
export function ignores(pid, signo) {
	const text = read(`/proc/${pid}/status`)?.toString("latin1") ?? "";
	const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(text);

	return mask !== null && (BigInt("0x" + mask[1]) >> BigInt(signo - 1)) %
	    2n === 1n;
}
