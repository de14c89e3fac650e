// sms-length answers the vectors.
import { createRequire } from 'node:module';
import { answer } from './ask.mjs';

const { count } = createRequire(process.env.PEERS + '/')('sms-length');

await answer((text) => {
  const result = count(text);
  return [result.encoding !== 'UTF16', result.length, result.messages];
});
