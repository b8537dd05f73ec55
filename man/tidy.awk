# Takes paragraph marks out of scdoc's output where they are empty, so that
# mandoc's lint finds nothing: after a heading, before one, twice in a row. A mark
# at the end of an indented block moves behind it, where it still separates.
/^\.P$/ { pending = 1; next }
/^\.(TH|SH|SS)/ { pending = 0; fresh = 1; print; next }
/^\.RE/ { print; next }
/^\.RS/ { pending = 0; fresh = 1; print; next }
{
  if (pending && !fresh) print ".P"
  pending = 0
  fresh = 0
  print
}
