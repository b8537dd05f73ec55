# Installs the headers in `roots`, which programs include, and what these include: not those that
# only the library itself needs. Looks at the time of installing, so that the list is never out of
# date. `source` is the top of the tree, `destination` where its folder gnet/ goes.

cmake_policy(VERSION 3.25)

set(public ${roots})
set(left ${roots})
while(left)
  list(POP_FRONT left header)
  file(STRINGS ${source}/${header} lines REGEX "^#include \"gnet/")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "^#include \"([^\"]*)\".*" "\\1" included "${line}")
    if(NOT included IN_LIST public)
      list(APPEND public ${included})
      list(APPEND left ${included})
    endif()
  endforeach()
endwhile()

foreach(header IN LISTS public)
  cmake_path(GET header PARENT_PATH folder)
  file(INSTALL ${source}/${header} DESTINATION ${destination}/${folder})
endforeach()
