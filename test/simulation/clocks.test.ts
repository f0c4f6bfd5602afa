import { wrongClocks } from './clocks.ts';

// npm run torture: every command with every clock
wrongClocks(false);
