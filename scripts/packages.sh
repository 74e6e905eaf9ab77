# Installs packages with the machine's package manager. Sourced by the scripts beside it.
# shellcheck shell=sh

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

# Says what is about to be run, and runs it.
run() {
    echo "+ $*"
    "$@"
}

# The same as root: by sudo, unless we are root already.
run_as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        run "$@"
    elif ! command -v sudo > /dev/null 2>&1; then
        fail "This needs root, and there is no sudo. Run as root: scripts/$(basename "$0")"
    elif [ -t 0 ]; then
        run sudo "$@"
    else
        # Nobody is there to type a password.
        run sudo -n "$@"
    fi
}

# The package manager's name, or nothing.
package_manager() {
    for manager in apt-get dnf apk brew; do
        if command -v "$manager" > /dev/null 2>&1; then
            echo "$manager"
            return
        fi
    done
}

# install_with MANAGER PACKAGE...
install_with() {
    manager=$1
    shift
    case $manager in
        apt-get)
            # Lists that are older than the archive name files that are gone.
            run_as_root apt-get update
            run_as_root env DEBIAN_FRONTEND=noninteractive UCF_FORCE_CONFFOLD=1 \
                apt-get install --yes --no-install-recommends "$@"
            ;;
        dnf) run_as_root dnf install --assumeyes "$@" ;;
        apk) run_as_root apk add "$@" ;;
        # Homebrew refuses to run as root.
        brew) run brew install "$@" ;;
    esac
}
