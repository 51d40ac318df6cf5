/** Why a human decided as they did: a code in the clear, a text that is sealed. */
export { reasonSchema } from '../../shared/text.js';
