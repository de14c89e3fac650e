// split-sms answers the vectors.
import { createRequire } from 'node:module';
import { answer } from './ask.mjs';

const splitter = createRequire(process.env.PEERS + '/')('split-sms');

await answer((text) => {
  const info = splitter.split(text);
  const gsm7 = info.characterSet === 'GSM';
  return [gsm7, gsm7 ? info.bytes : info.bytes / 2, info.parts.length];
});
