import { parseChoice } from '../../text/choice.ts';

/** Modes of the rotations of a tier: `tick` takes the steps, or an operator does. */
const ROTATION_MODES = ['auto', 'manual'] as const;

export type RotationMode = (typeof ROTATION_MODES)[number];

export const parseRotationMode = (text: string): RotationMode => parseChoice(text, 'a rotation mode', ROTATION_MODES);
