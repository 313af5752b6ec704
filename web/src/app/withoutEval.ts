/**
 * Compiled schemas need `new Function`, which the page's Content-Security-Policy rightly forbids. Imported before anything else,
 * because a schema decides when it is made.
 */
import { z } from 'zod';

z.config({ jitless: true });
