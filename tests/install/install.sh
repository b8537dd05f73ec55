#!/bin/sh
# install.sh static|shared SOURCE BUILD: installs the library into a fresh prefix and builds a small
# outside project against it, once by find_package and once by pkg-config.
set -eu
kind=$1 source=$2 build=$3
project=$(cd "$(dirname "$0")" && pwd)/project
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix

# quietly COMMAND…: shows the output only if the command fails.
quietly() {
  "$@" > "$work/log" 2>&1 || { cat "$work/log"; exit 1; }
}

case $kind in
  static) shared=OFF ;;
  shared) shared=ON ;;
esac
if ! grep -q "^BUILD_SHARED_LIBS:BOOL=$shared" "$build/CMakeCache.txt"; then
  # The other kind of library, alone; kept, so that the next run has little to compile.
  build=$build/$kind-library
  quietly cmake -S "$source" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O0 \
    -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=32 \
    -DBUILD_SHARED_LIBS="$shared" \
    -DGNET_BUILD_TOOL=OFF -DGNET_BUILD_TESTS=OFF -DGNET_BUILD_EXAMPLES=OFF
  quietly cmake --build "$build"
fi
quietly cmake --install "$build" --prefix "$prefix"
mv "$prefix" "$work/moved"  # an installed tree may be moved as a whole
prefix=$work/moved
libdir=$(dirname "$(dirname "$(find "$prefix" -name gnet.pc)")")

echo "headers:"
include=$(dirname "$(dirname "$(find "$prefix" -name gnet.h)")")
[ ! -e "$include/gnet/io/tls_state.h" ]  # the library's own
[ -e "$include/gnet/fiber/use_fiber.h" ]
[ -e "$include/gnet/patch/patch.h" ]
documents=$prefix/share/doc/libgnet-dev
[ -e "$documents/gnet/README.md" ]
[ -e "$documents/examples/chat.cpp" ]
[ -e "$documents/examples/tutorial/event.cpp" ]
# What a program includes alone finds all that it includes in turn.
(cd "$include" && find gnet -name '*.h' ! -path 'gnet/zmq/*') | while read -r header; do
  echo "#include <$header>" | ${CXX:-c++} -std=c++20 -DASIO_STANDALONE -I"$include" -E -x c++ - \
    -o "$work/preprocessed"
done

echo "find_package:"
quietly cmake -S "$project" -B "$work/outside" -G Ninja -DCMAKE_PREFIX_PATH="$prefix"
quietly cmake --build "$work/outside"
"$work/outside/outside" | grep '^gnet .*: 42$'
first() { "$@" | head -n 1; }
[ "$(first "$work/outside/blocking")" = sleeper ]
[ "$(first "$work/outside/patched")" = other ]
own_memory='150 run, 0 strangers, 0 misplaced'
[ "$("$work/outside/asio_memory")" = "$own_memory" ]
[ "$("$work/outside/asio_memory_first")" = "$own_memory" ]
if [ -e "$libdir/pkgconfig/gnet-zmq.pc" ]; then
  [ "$("$work/outside/zmq")" = hello ]
fi
if [ "$kind" = shared ]; then
  patch=$(find "$libdir" -name libgnet_patch.so)
  [ "$(first env LD_PRELOAD="$patch" "$work/outside/blocking")" = other ]
  # Programs without fibers do not notice.
  [ "$(LD_PRELOAD="$patch" sh -c 'echo one | cat')" = one ]
fi

echo "pkg-config:"
PKG_CONFIG_PATH=$libdir/pkgconfig
export PKG_CONFIG_PATH
# shellcheck disable=SC2046 # the flags are words
${CXX:-c++} -std=c++20 "$project/main.cpp" -o "$work/by-pkg-config" $(pkg-config --cflags --libs gnet)
LD_LIBRARY_PATH=$libdir "$work/by-pkg-config" | grep '^gnet .*: 42$'
# shellcheck disable=SC2046
${CXX:-c++} -std=c++20 "$project/blocking.cpp" -o "$work/patched" $(pkg-config --cflags --libs gnet-patch)
[ "$(LD_LIBRARY_PATH=$libdir first "$work/patched")" = other ]
# shellcheck disable=SC2046
${CXX:-c++} -std=c++20 -O2 "$project/asio_memory.cpp" -o "$work/asio-memory" \
  $(pkg-config --cflags --libs gnet)
[ "$(LD_LIBRARY_PATH=$libdir "$work/asio-memory")" = "$own_memory" ]
