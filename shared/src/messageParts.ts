/** Parts that messages of the socket have in common. */
import { z } from 'zod';

export const id = z.string().regex(/^[A-Za-z0-9_-]{6,40}$/);

export const wholeNumber = z.number().int().nonnegative();
