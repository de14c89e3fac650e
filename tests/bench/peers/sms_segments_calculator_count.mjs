// Twilio's sms-segments-calculator answers the vectors.
import { createRequire } from 'node:module';
import { answer } from './ask.mjs';

const { SegmentedMessage } = createRequire(process.env.PEERS + '/')('sms-segments-calculator');

await answer((text) => {
  const message = new SegmentedMessage(text);
  const gsm7 = message.encodingName === 'GSM-7';
  return [gsm7, message.messageSize / (gsm7 ? 7 : 16), message.segmentsCount];
});
