// Sends and webhooks with Node's fetch: headers in lower case, a keep-alive pool, redirects left alone.
import { readFileSync } from "node:fs";

const { SMSPROOF_BASE_URL: base, SMSPROOF_TOKEN: token, SMSPROOF_SCENARIO: path, SMSPROOF_VENDOR: vendor } = process.env;
const messangi = vendor === "messangi";

async function call(method, target, body) {
  try {
    const answer = await fetch(base + target, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { "content-type": "application/json" }) },
      body: body && JSON.stringify(body),
      redirect: "manual",
      signal: AbortSignal.timeout(1000),
    });
    const text = await answer.text();
    return { status: answer.status, value: text ? JSON.parse(text) : null };
  } catch {
    return { status: 0, value: null };
  }
}

const send = async (args) => {
  if (messangi && args.text.length > 1600) return { ids: [], failed: [0] };
  const body = messangi && args.callbacks ? { ...args, callbacks: args.callbacks.join(", ") } : args;
  const { status, value } = await call("POST", messangi ? "/raven/v2/messages" : "/_rest/v4/app/sms/send", body);
  if (status === 0) return { ids: [], failed: [], unknown: true };
  if (status === 202) return { ids: [value.refid], failed: [] };
  if (messangi && status === 200 && value.data.status !== "ERROR") return { ids: [value.data.id], failed: [] };
  return { ids: [], failed: [0] };
};

const webhook = "/_rest/v4/my/did/sms/webhook";
const todo = {
  send,
  set_webhook: (args) => call("POST", webhook, args),
  get_webhook: (args) => call("GET", `${webhook}?${new URLSearchParams(args)}`),
};

for (const { step, do: what, args } of JSON.parse(readFileSync(path, "utf8")).steps) {
  if (!(what in todo)) continue;
  const outcome = await todo[what](args);
  if (what === "send") console.log(JSON.stringify({ step, ...outcome }));
}
