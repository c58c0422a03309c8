// Loaded in the project's folder, before any test changes to another: esbuild starts its process in the folder where it was loaded,
// which is gone with the test if that was a temporary one.
import 'esbuild';
