import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Only `npm run dev` uses it: otherwise the server serves the built page itself. */
const SERVER = `http://127.0.0.1:${process.env['PORT'] ?? '4100'}`;

export default defineConfig({
  plugins: [react()],
  worker: { format: 'es' },
  build: {
    outDir: 'dist',
    target: 'es2022',
    // Monaco alone is larger than the default of 500 kB; the bundle's budget is measured by `npm run bench`.
    chunkSizeWarningLimit: 4_000,
  },
  server: {
    host: '127.0.0.1',
    strictPort: true,
    proxy: {
      '/api': SERVER,
      '/socket.io': { target: SERVER, ws: true },
    },
  },
});
