// The program itself, without its look for a newer version.
import('@directus/api/cli/run.js')
