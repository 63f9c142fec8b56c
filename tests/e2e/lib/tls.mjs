// Certificates made for a test, and what a client sees of a server's.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { Raw } from "./raw.mjs";

function openssl(...args) {
	const r = spawnSync("openssl", args, { encoding: "utf8" });

	assert.equal(r.status, 0, `openssl ${args.join(" ")}: ${r.stderr}`);
}

const kinds = {
	ec: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
	rsa: ["-newkey", "rsa:2048"],
};

// A pair for 127.0.0.1 that signs itself: {name, cert, key, ca, args}; of no
// days one that has expired.
export class Pair {
	constructor(dir, name, { days = 30, kind = "ec" } = {}) {
		const request = path.join(dir, `${name}.csr`);
		const names = path.join(dir, `${name}.ext`);

		this.name = name;
		this.cert = path.join(dir, `${name}.crt`);
		this.key = path.join(dir, `${name}.key`);
		fs.writeFileSync(names,
		    "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
		openssl("req", "-new", ...kinds[kind], "-nodes", "-keyout",
		    this.key, "-out", request, "-subj", `/CN=${name}`);
		fs.chmodSync(this.key, 0o600);
		if (days > 0)
			openssl("x509", "-req", "-in", request, "-key", this.key,
			    "-days", `${days}`, "-extfile", names, "-out",
			    this.cert);
		else
			this.#signAsExpired(dir, request, names);
		this.ca = fs.readFileSync(this.cert, "utf8");
	}

	// "x509" of newer versions makes none that has expired; "ca" does.
	#signAsExpired(dir, request, names) {
		const config = path.join(dir, `${this.name}.cnf`);
		const index = path.join(dir, `${this.name}.index`);

		fs.writeFileSync(index, "");
		fs.writeFileSync(config, `[ca]\ndefault_ca=own\n[own]\n` +
		    `database=${index}\nnew_certs_dir=${dir}\n` +
		    "rand_serial=yes\ndefault_md=sha256\npolicy=any\n" +
		    "[any]\ncommonName=supplied\n");
		openssl("ca", "-batch", "-selfsign", "-notext", "-config", config,
		    "-in", request, "-keyfile", this.key, "-extfile", names,
		    "-startdate", "20240101000000Z", "-enddate",
		    "20240201000000Z", "-out", this.cert);
	}

	get args() {
		return ["--tls-cert", this.cert, "--tls-key", this.key];
	}

	// Puts this pair where another one is read from.
	replace(other) {
		fs.copyFileSync(this.cert, other.cert);
		fs.copyFileSync(this.key, other.key);
	}
}

// The name in the certificate that a new connection is shown.
export async function shownName(port, options = {}) {
	const raw = await Raw.connect(port, "127.0.0.1",
	    { rejectUnauthorized: false, ...options });
	const { CN } = raw.socket.getPeerCertificate().subject;

	raw.destroy();
	return CN;
}
