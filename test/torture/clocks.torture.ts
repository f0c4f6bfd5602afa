import { wrongClocks } from '../simulation/clocks.ts';

wrongClocks(true);
